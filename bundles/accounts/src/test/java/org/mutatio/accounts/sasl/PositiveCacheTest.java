package org.mutatio.accounts.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mutatio.accounts.fake.HandClock;

class PositiveCacheTest {

    private final HandClock clock = new HandClock();
    private final PositiveCache cache = new PositiveCache("key".getBytes(UTF_8), Duration.ofMinutes(10), clock);

    @Test
    void onlyThatPasswordOfThatCredentialIsRemembered() {
        cache.remember("$hash", "password");

        assertTrue(cache.right("$hash", "password"));
        assertFalse(cache.right("$hash", "Password"));
        assertFalse(cache.right("$other", "password"));
        assertFalse(cache.right("$hash\0pass", "word"));
    }

    @Test
    void itIsForgottenInTime() {
        cache.remember("$hash", "password");
        clock.pass(Duration.ofMinutes(10));

        assertFalse(cache.right("$hash", "password"));
    }

    @Test
    void zeroMeansNotAtAll() {
        PositiveCache none = new PositiveCache("key".getBytes(UTF_8), Duration.ZERO, clock);
        none.remember("$hash", "password");

        assertFalse(none.right("$hash", "password"));
    }

    @Test
    void itHoldsTenThousandAndDropsTheOldest() {
        for (int i = 0; i <= 10_000; i++) {
            cache.remember("$hash", "password " + i);
        }

        assertFalse(cache.right("$hash", "password 0"));
        assertTrue(cache.right("$hash", "password 1"));
        assertTrue(cache.right("$hash", "password 10000"));
    }
}
