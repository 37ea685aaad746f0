package org.mutatio.accounts.brake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mutatio.accounts.fake.HandClock;
import org.mutatio.api.state.StateMap;
import org.mutatio.store.state.KeyedStates;

/// Ours, which serves while there is no store, does what the store's map does.
class StateMapContractTest {

    private static final HandClock CLOCK = new HandClock();
    private static final Duration MINUTE = Duration.ofMinutes(1);

    static Stream<Named<StateMap>> maps() {
        return Stream.of(
                Named.of("ours", new LocalStates(CLOCK)), Named.of("the store's", new KeyedStates(CLOCK).map("test")));
    }

    @ParameterizedTest
    @MethodSource("maps")
    void whatIsPutIsThereUntilItExpires(StateMap map) {
        map.put("a", "1", MINUTE);
        CLOCK.pass(MINUTE.minusMillis(1));
        assertEquals(Optional.of("1"), map.get("a"));
        CLOCK.pass(Duration.ofMillis(1));
        assertEquals(Optional.empty(), map.get("a"));
    }

    @ParameterizedTest
    @MethodSource("maps")
    void updateGetsTheFormerValueOrNothing(StateMap map) {
        assertEquals("+", map.update("a", former -> former + "+", MINUTE));
        assertEquals("++", map.update("a", former -> former + "+", MINUTE));
        CLOCK.pass(MINUTE);
        assertEquals("+", map.update("a", former -> former + "+", MINUTE));
        map.remove("a");
        assertEquals(Optional.empty(), map.get("a"));
    }

    @ParameterizedTest
    @MethodSource("maps")
    void aFullMapDropsWhatIsNearestToItsExpiry(StateMap map) {
        map.put("long", "kept", Duration.ofDays(30));
        map.put("short", "dropped", Duration.ofSeconds(30));
        for (int i = 0; i < 100_000; i++) {
            map.put("flood " + i, "", MINUTE);
        }

        assertEquals(Optional.of("kept"), map.get("long"));
        assertEquals(Optional.empty(), map.get("short"));
        assertEquals(Optional.of(""), map.get("flood 99999"));
    }
}
