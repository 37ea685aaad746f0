package org.mutatio.sdk.health;

/// What a probe found.
///
/// @param state how it is
/// @param reason one sentence for the administrator: what is wrong, what it is now, what it should be
public record Health(State state, String reason) {

    /// Order of badness.
    public enum State {
        /// Works.
        OK,
        /// Works, but somebody should look.
        WARNING,
        /// Does not do its work: a deploy rolls back.
        BROKEN
    }

    public static Health ok(String reason) {
        return new Health(State.OK, reason);
    }

    public static Health warning(String reason) {
        return new Health(State.WARNING, reason);
    }

    public static Health broken(String reason) {
        return new Health(State.BROKEN, reason);
    }
}
