package dev.orderflow.notification;

import dev.orderflow.notification.domain.EmailAddress;
import dev.orderflow.notification.domain.Notice;
import dev.orderflow.notification.domain.Notice.OrderNotice;
import dev.orderflow.notification.domain.Notice.StockNotice;
import io.quarkus.mailer.Mail;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.qute.Variant;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Turns notices into messages, as text and as HTML. The same notification always makes the same message. */
@ApplicationScoped
class NotificationMails {

    private final NotificationMessages messages;
    private final NotificationConfig config;

    NotificationMails(NotificationMessages messages, NotificationConfig config) {
        this.messages = messages;
        this.config = config;
    }

    /** The files below {@code templates/}, checked against the types at build time. */
    @CheckedTemplate(basePath = "")
    static final class Templates {
        private Templates() {}

        static native TemplateInstance order(OrderNotice notice);

        static native TemplateInstance stock(StockNotice notice);
    }

    /** Its Message-ID is made of the notification's id, so that a mail reader recognises a repetition. */
    Mail mail(Claimed claimed, EmailAddress to) {
        Notice notice = messages.notice(claimed.occasion(), claimed.body());
        return new Mail()
                .setFrom(config.from())
                .addTo(to.value())
                .setSubject(subject(notice))
                .setText(render(notice, Variant.TEXT_PLAIN))
                .setHtml(render(notice, Variant.TEXT_HTML))
                .addHeader("Message-ID", "<" + claimed.id() + "@" + domain() + ">")
                // Keeps out-of-office robots from answering (RFC 3834).
                .addHeader("Auto-Submitted", "auto-generated");
    }

    private String domain() {
        return config.from()
                .substring(config.from().lastIndexOf('@') + 1)
                .replace(">", "")
                .strip();
    }

    private static String subject(Notice notice) {
        return switch (notice) {
            case OrderNotice order ->
                switch (order.occasion()) {
                    case PLACED -> "We have received your order " + order.orderId();
                    case CONFIRMED -> "Your order " + order.orderId() + " is confirmed";
                    case CANCELLED -> "Your order " + order.orderId() + " is cancelled";
                    case LOW_STOCK -> throw new IllegalArgumentException("not about an order");
                };
            case StockNotice stock -> "Low stock: " + oneLine(stock.name());
        };
    }

    /** A name that somebody typed must not start another header. */
    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    private static String render(Notice notice, String contentType) {
        TemplateInstance template =
                switch (notice) {
                    case OrderNotice order -> Templates.order(order);
                    case StockNotice stock -> Templates.stock(stock);
                };
        return template.setAttribute(TemplateInstance.SELECTED_VARIANT, variant(template, contentType))
                .render();
    }

    private static Variant variant(TemplateInstance template, String contentType) {
        List<?> variants = (List<?>) template.getAttribute(TemplateInstance.VARIANTS);
        return variants.stream()
                .map(Variant.class::cast)
                .filter(variant -> variant.getContentType().equals(contentType))
                .findFirst()
                .orElseThrow();
    }
}
