package org.mutatio.accounts.fake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Moved by hand.
public final class HandClock implements InstantSource {

    private Instant now = Instant.parse("2026-07-01T08:00:00Z");

    @Override
    public synchronized Instant instant() {
        return now;
    }

    public synchronized void pass(Duration time) {
        now = now.plus(time);
    }
}
