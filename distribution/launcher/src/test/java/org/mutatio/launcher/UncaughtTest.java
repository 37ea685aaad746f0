package org.mutatio.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UncaughtTest {

    private final List<Integer> halts = new ArrayList<>();
    private final Uncaught uncaught = new Uncaught(halts::add);

    @Test
    void aThreadWithoutMemoryHaltsTheProcess() {
        uncaught.uncaughtException(Thread.currentThread(), new OutOfMemoryError("Java heap space"));
        assertEquals(List.of(71), halts);
    }

    @Test
    void anyOtherFaultEndsItsThreadOnly() {
        uncaught.uncaughtException(Thread.currentThread(), new IllegalStateException("a fault of ours"));
        uncaught.uncaughtException(Thread.currentThread(), new StackOverflowError());
        assertEquals(List.of(), halts);
    }
}
