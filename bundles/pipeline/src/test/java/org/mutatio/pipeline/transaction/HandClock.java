package org.mutatio.pipeline.transaction;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Moves when told to.
public final class HandClock implements InstantSource {

    private volatile Instant now = Instant.parse("2026-11-25T10:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    public void move(Duration on) {
        now = now.plus(on);
    }
}
