package dev.orderflow.messaging;

import static io.opentelemetry.sdk.trace.samplers.SamplingDecision.DROP;
import static io.opentelemetry.sdk.trace.samplers.SamplingDecision.RECORD_AND_SAMPLE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RootSpanSamplerTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final Sampler sampler = Sampler.parentBased(new RootSpanSampler(1));

    @ParameterizedTest
    @EnumSource(
            value = SpanKind.class,
            names = {"CLIENT", "INTERNAL"})
    void nothingBeginsWithAStatementOrATimer(SpanKind kind) {
        assertEquals(DROP, decide(Context.root(), kind));
    }

    @ParameterizedTest
    @EnumSource(
            value = SpanKind.class,
            names = {"SERVER", "PRODUCER", "CONSUMER"})
    void aTraceBeginsWhereSomethingEnters(SpanKind kind) {
        assertEquals(RECORD_AND_SAMPLE, decide(Context.root(), kind));
    }

    @ParameterizedTest
    @EnumSource(SpanKind.class)
    void whatContinuesATraceIsPartOfIt(SpanKind kind) {
        assertEquals(RECORD_AND_SAMPLE, decide(TraceContext.parent("00-" + TRACE + "-00f067aa0ba902b7-01"), kind));
        assertEquals(DROP, decide(TraceContext.parent("00-" + TRACE + "-00f067aa0ba902b7-00"), kind));
    }

    private io.opentelemetry.sdk.trace.samplers.SamplingDecision decide(Context parent, SpanKind kind) {
        return sampler.shouldSample(parent, TRACE, "name", kind, Attributes.empty(), List.of())
                .getDecision();
    }
}
