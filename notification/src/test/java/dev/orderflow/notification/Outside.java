package dev.orderflow.notification;

import static dev.orderflow.dev.TestPatience.await;

import com.icegreen.greenmail.configuration.GreenMailConfiguration;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.user.UserManager;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.orderflow.dev.Ports;
import dev.orderflow.proto.order.v1.GetContactRequest;
import dev.orderflow.proto.order.v1.GetContactResponse;
import dev.orderflow.proto.order.v1.OrderServiceGrpc;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What lies outside of the service: a real mail server and an order service that knows what it is told, over real sockets. */
public final class Outside implements QuarkusTestResourceLifecycleManager {

    static final String OPERATOR = "operator@example.com";
    private static final String NONE = "";

    private final int smtpPort = Ports.free();
    private final int orderPort = Ports.free();
    private final Map<String, String> contacts = new ConcurrentHashMap<>();
    private final Map<String, String> stories = new ConcurrentHashMap<>();
    private GreenMail mailServer = newMailServer();
    private Server orderService = newOrderService();

    /** Where a test wants this. */
    @Target(ElementType.FIELD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface FromOutside {}

    @Override
    public Map<String, String> start() {
        startMailServer();
        startOrderService();
        return Map.of(
                "quarkus.mailer.port", Integer.toString(smtpPort),
                "quarkus.grpc.clients.order.test-port", Integer.toString(orderPort),
                "quarkus.grpc.clients.order.port", Integer.toString(orderPort), // a packaged service is not in a test
                "notification.operator-email", OPERATOR,
                "notification.send-interval", "200ms",
                "notification.send-lease", "4s",
                "notification.send-timeout", "2s",
                "notification.call-timeout", "1s",
                "notification.retry-first", "100ms",
                "notification.retry-longest", "300ms");
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.AnnotatedAndMatchesType(FromOutside.class, Outside.class));
    }

    @Override
    public void stop() {
        stopMailServer();
        stopOrderService();
    }

    // mail

    /** The port may be in use for a moment by what was stopped before. */
    void startMailServer() {
        await().ignoreExceptions().until(() -> {
            mailServer = newMailServer();
            mailServer.start();
            return true;
        });
    }

    /** Until the mail server is started again, it calls this with the address before it takes a message. */
    void beforeDelivery(Consumer<String> action) {
        UserManager users = mailServer.getUserManager();
        users.setMessageDeliveryHandler((message, address) -> {
            action.accept(address.getEmail());
            GreenMailUser known = users.getUserByEmail(address.getEmail());
            return known == null ? users.createUser(address.getEmail(), address.getEmail(), address.getEmail()) : known;
        });
    }

    void stopMailServer() {
        mailServer.stop();
    }

    GreenMail mailServer() {
        return mailServer;
    }

    int smtpPort() {
        return smtpPort;
    }

    /** What arrived for an address since the mail server was started. */
    List<MimeMessage> mailsTo(String address) {
        return Stream.of(mailServer.getReceivedMessages())
                .filter(mail -> header(mail, "To").equals(address))
                .toList();
    }

    static String header(MimeMessage mail, String name) {
        try {
            return String.join(", ", mail.getHeader(name));
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private GreenMail newMailServer() {
        ServerSetup setup = new ServerSetup(smtpPort, "127.0.0.1", ServerSetup.PROTOCOL_SMTP);
        setup.setServerStartupTimeout(10_000);
        GreenMail server = new GreenMail(setup);
        server.withConfiguration(new GreenMailConfiguration().withDisabledAuthentication());
        return server;
    }

    // order

    void know(String orderId, String email) {
        contacts.put(orderId, email);
    }

    void knowWithoutContact(String orderId) {
        contacts.put(orderId, NONE);
    }

    void startOrderService() {
        try {
            orderService = newOrderService().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stopOrderService() {
        orderService.shutdownNow();
        try {
            orderService.awaitTermination();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The story in which somebody asked for the contact of an order; empty while nobody has. */
    String storyOf(String orderId) {
        return stories.getOrDefault(orderId, "");
    }

    private static final class Story implements ServerInterceptor {
        static final io.grpc.Context.Key<String> CURRENT = io.grpc.Context.key("story");
        private static final Metadata.Key<String> HEADER =
                Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER);

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String story = Objects.requireNonNullElse(headers.get(HEADER), "none");
            return Contexts.interceptCall(io.grpc.Context.current().withValue(CURRENT, story), call, headers, next);
        }
    }

    private Server newOrderService() {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), orderPort))
                .intercept(new Story())
                .addService(new OrderServiceGrpc.OrderServiceImplBase() {
                    @Override
                    public void getContact(GetContactRequest request, StreamObserver<GetContactResponse> answer) {
                        stories.put(request.getOrderId(), Story.CURRENT.get());
                        String email = contacts.get(request.getOrderId());
                        if (email == null) {
                            answer.onError(Status.NOT_FOUND.asRuntimeException());
                            return;
                        }
                        GetContactResponse.Builder contact = GetContactResponse.newBuilder();
                        answer.onNext((email.equals(NONE) ? contact : contact.setEmail(email)).build());
                        answer.onCompleted();
                    }
                })
                .build();
    }
}
