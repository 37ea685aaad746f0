package org.mutatio.pipeline.gate;

import org.mutatio.sdk.filter.Decision;

/// What came of one call of a filter.
public sealed interface Answer {

    long micros();

    /// It came back in time, without a fault.
    record Decided(Decision decision, long micros) implements Answer {}

    /// It did not.
    ///
    /// @param kind `throws`, `deadline`, `null`, `undeclared`, `edit`, `busy`, `open`, `settings`
    record Fault(String kind, String reason, long micros) implements Answer {}

    /// The time for all filters together was up: nobody's fault.
    record OutOfTime(long micros) implements Answer {}
}
