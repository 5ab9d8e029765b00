package dev.orderflow.messaging;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * A trace begins where something enters the service: a request, a record. The statements of timers and polls would each
 * begin one of their own, every second, about nothing; those are not recorded.
 */
final class RootSpanSampler implements Sampler {

    private final Sampler entrances;

    RootSpanSampler(double ratio) {
        entrances = Sampler.traceIdRatioBased(ratio);
    }

    @Override
    public SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        return kind == SpanKind.CLIENT || kind == SpanKind.INTERNAL
                ? SamplingResult.drop()
                : entrances.shouldSample(parent, traceId, name, kind, attributes, links);
    }

    @Override
    public String getDescription() {
        return "RootSpanSampler{" + entrances.getDescription() + "}";
    }

    /** Takes the sampler's place in Quarkus; whoever continues a trace does as its beginning did. */
    static final class Producer {
        @Produces
        @Singleton
        Sampler sampler(MessagingConfig config) {
            return Sampler.parentBased(new RootSpanSampler(config.tracesRatio()));
        }
    }
}
