package org.mutatio.pipeline.filters;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/// Spares a filter that fails, and the mail that would wait for it: opens after 3 faults within 60 s or when 10 % of
/// the last 200 calls were faults, stays open for 60 s, then lets one mail try; a success closes it.
///
/// Guarded by itself; no call is made under the lock.
public final class Breaker {

    /// How it is.
    public enum State {
        CLOSED,
        OPEN,
        /// One call is trying.
        HALF_OPEN
    }

    static final int MOST_FAULTS = 3;
    static final Duration WINDOW = Duration.ofSeconds(60);
    static final Duration PAUSE = Duration.ofSeconds(60);
    static final int CALLS = 200;
    static final int SHARE = CALLS / 10;
    /// A trial that never came back (its transaction was cut) does not keep it half-open for ever.
    private static final Duration TRIAL = Duration.ofSeconds(60);

    private final InstantSource clock;
    private final Deque<Instant> faults = new ArrayDeque<>();
    private final BitSet last = new BitSet(CALLS);
    private int calls;
    private State state = State.CLOSED;
    private Instant since;
    private long openings;

    public Breaker(InstantSource clock) {
        this.clock = clock;
        this.since = clock.instant();
    }

    /// Whether a call may be made; each yes is followed by [#success], [#fault] or [#undecided].
    public synchronized boolean admits() {
        Instant now = clock.instant();
        return switch (state) {
            case CLOSED -> true;
            case OPEN -> {
                if (now.isBefore(since.plus(PAUSE))) {
                    yield false;
                }
                state = State.HALF_OPEN;
                since = now;
                yield true;
            }
            case HALF_OPEN -> {
                if (now.isBefore(since.plus(TRIAL))) {
                    yield false;
                }
                since = now;
                yield true;
            }
        };
    }

    public synchronized void success() {
        if (state == State.HALF_OPEN) {
            state = State.CLOSED;
            since = clock.instant();
            faults.clear();
            last.clear();
            calls = 0;
            return;
        }
        note(false);
    }

    /// The call was cut for a reason that is not its own: a trial has proved nothing, the next call is one again.
    public synchronized void undecided() {
        if (state == State.HALF_OPEN) {
            state = State.OPEN;
            since = clock.instant().minus(PAUSE);
        }
    }

    /// @return whether it opened by this one
    public synchronized boolean fault() {
        Instant now = clock.instant();
        if (state == State.HALF_OPEN) {
            return open(now);
        }
        note(true);
        faults.addLast(now);
        while (faults.size() > MOST_FAULTS) {
            faults.removeFirst();
        }
        boolean often = faults.size() == MOST_FAULTS && !faults.getFirst().isBefore(now.minus(WINDOW));
        boolean share = calls >= CALLS && last.cardinality() >= SHARE;
        return state == State.CLOSED && (often || share) && open(now);
    }

    private boolean open(Instant now) {
        state = State.OPEN;
        since = now;
        openings++;
        faults.clear();
        last.clear();
        calls = 0;
        return true;
    }

    private void note(boolean fault) {
        last.set(calls % CALLS, fault);
        calls++;
        if (calls == 2 * CALLS) {
            calls = CALLS; // the place stays the same, the number does not overflow
        }
    }

    public synchronized State state() {
        return state;
    }

    public synchronized long openings() {
        return openings;
    }
}
