package org.mutatio.store.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mutatio.api.state.StateMap;

class KeyedStatesTest {

    private Instant now = Instant.parse("2026-11-25T10:00:00Z");
    private final StateMap map = new KeyedStates(() -> now).map("greylist");

    @Test
    void aKeyWrittenOftenCrowdsOutNoOther() {
        map.put("short", "kept", Duration.ofMinutes(5));
        for (int i = 0; i < 3 * KeyedStates.MOST_KEYS; i++) {
            map.put("busy", Integer.toString(i), Duration.ofDays(30));
        }
        assertEquals(Optional.of("kept"), map.get("short"));
        assertEquals(Optional.of(Integer.toString(3 * KeyedStates.MOST_KEYS - 1)), map.get("busy"));
    }

    @Test
    void removedKeysCrowdOutNoOther() {
        map.put("short", "kept", Duration.ofMinutes(5));
        for (int i = 0; i < 3 * KeyedStates.MOST_KEYS; i++) {
            map.put("gone" + i, "", Duration.ofDays(30));
            map.remove("gone" + i);
        }
        assertEquals(Optional.of("kept"), map.get("short"));
    }

    @Test
    void aValueExpiresAsItWasWrittenLast() {
        map.put("ann", "long", Duration.ofDays(30));
        map.put("ann", "short", Duration.ofMinutes(5));
        map.put("bo", "short", Duration.ofMinutes(5));
        map.put("bo", "long", Duration.ofDays(30));
        now = now.plus(Duration.ofMinutes(6));
        assertEquals(Optional.empty(), map.get("ann"));
        assertEquals(Optional.of("long"), map.get("bo"));
    }

    @Test
    void ofTooManyKeysTheFirstToExpireGo() {
        for (int i = 0; i <= KeyedStates.MOST_KEYS; i++) {
            map.put("key" + i, "", Duration.ofSeconds(10 + i));
        }
        assertEquals(Optional.empty(), map.get("key0"));
        assertEquals(Optional.of(""), map.get("key1"));
    }
}
