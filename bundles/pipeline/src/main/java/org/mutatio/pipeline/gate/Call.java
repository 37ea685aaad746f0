package org.mutatio.pipeline.gate;

import org.mutatio.sdk.filter.Decision;

/// One call of a filter.
public interface Call {

    /// The call itself, on whatever thread; may do anything.
    Decision ask() throws Exception;

    /// On the session's thread, when it is over, well or not, or was given up: takes nothing more from it.
    default void end() {}

    /// On the session's thread, after it came back: takes over what it wanted.
    ///
    /// @throws MisdeedException it wanted what it may not: a fault
    default void settle() throws MisdeedException {}
}
