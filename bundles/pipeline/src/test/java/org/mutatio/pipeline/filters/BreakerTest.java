package org.mutatio.pipeline.filters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class BreakerTest {

    private Instant now = Instant.parse("2026-11-25T10:00:00Z");
    private final InstantSource clock = () -> now;
    private final Breaker breaker = new Breaker(clock);

    private void fault() {
        assertTrue(breaker.admits());
        breaker.fault();
    }

    private void move(int seconds) {
        now = now.plus(Duration.ofSeconds(seconds));
    }

    @Test
    void threeFaultsInAMinuteOpenIt() {
        fault();
        move(30);
        fault();
        move(30);
        assertTrue(breaker.admits());
        assertTrue(breaker.fault());
        assertFalse(breaker.admits());
        assertEquals(Breaker.State.OPEN, breaker.state());
    }

    @Test
    void aTrialThatWasCutProvesNothing() {
        for (int i = 0; i < 3; i++) {
            fault();
        }
        move(60);
        assertTrue(breaker.admits());
        breaker.undecided();
        assertEquals(Breaker.State.OPEN, breaker.state());
        assertTrue(breaker.admits(), "the next call is the trial");
        assertFalse(breaker.admits(), "and the only one");
        breaker.success();
        assertEquals(Breaker.State.CLOSED, breaker.state());
        assertTrue(breaker.admits());
        breaker.undecided();
        assertEquals(Breaker.State.CLOSED, breaker.state());
    }

    @Test
    void threeFaultsInMoreThanAMinuteDoNot() {
        for (int i = 0; i < 10; i++) {
            fault();
            move(31);
        }
        assertEquals(Breaker.State.CLOSED, breaker.state());
    }

    @Test
    void aTenthOfTheLastTwoHundredCallsOpensIt() {
        for (int i = 1; i <= 200; i++) {
            assertTrue(breaker.admits());
            move(31);
            if (i % 10 == 0) {
                assertEquals(i == 200, breaker.fault());
            } else {
                breaker.success();
            }
        }
        assertEquals(Breaker.State.OPEN, breaker.state());
    }

    @Test
    void lessThanATenthDoesNot() {
        for (int i = 1; i <= 1_000; i++) {
            assertTrue(breaker.admits());
            move(31);
            if (i % 11 == 0) {
                assertFalse(breaker.fault());
            } else {
                breaker.success();
            }
        }
    }

    @Test
    void afterAMinuteOneTriesAndItsSuccessClosesIt() {
        fault();
        fault();
        fault();
        move(59);
        assertFalse(breaker.admits());
        move(1);
        assertTrue(breaker.admits());
        assertEquals(Breaker.State.HALF_OPEN, breaker.state());
        assertFalse(breaker.admits());
        breaker.success();
        assertEquals(Breaker.State.CLOSED, breaker.state());
        assertTrue(breaker.admits());
    }

    @Test
    void itsFaultOpensItAgain() {
        fault();
        fault();
        fault();
        move(60);
        assertTrue(breaker.admits());
        assertTrue(breaker.fault());
        assertFalse(breaker.admits());
        assertEquals(2, breaker.openings());
    }

    @Test
    void aTrialThatNeverComesBackIsNotWaitedForForEver() {
        fault();
        fault();
        fault();
        move(60);
        assertTrue(breaker.admits());
        move(60);
        assertTrue(breaker.admits());
    }
}
