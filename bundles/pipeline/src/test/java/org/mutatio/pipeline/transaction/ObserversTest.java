package org.mutatio.pipeline.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mutatio.api.metrics.Meters;

class ObserversTest {

    private final Meters meters = new Meters();
    private final Observers observers = new Observers(meters);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger told = new AtomicInteger();

    @AfterEach
    void close() {
        released.countDown();
        observers.close();
    }

    /// Waits until the test lets go.
    private void slow() {
        try {
            assertTrue(released.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        told.incrementAndGet();
    }

    private double dropped() {
        return meters.samples().stream()
                .filter(sample -> sample.name().equals("mutatio_observers_dropped_total"))
                .mapToDouble(sample -> sample.value())
                .sum();
    }

    @Test
    void largeHeadersDoNotPileUp() throws Exception {
        for (int i = 0; i < 100; i++) {
            observers.tell(this::slow, 1024 * 1024);
        }
        assertEquals(92, dropped(), "8 MiB wait, no more");
        released.countDown();
        CountDownLatch done = new CountDownLatch(1);
        // room again once they were told
        while (done.getCount() > 0) {
            observers.tell(done::countDown, 8 * 1024 * 1024);
            if (done.await(10, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        assertEquals(8, told.get());
    }

    @Test
    void beyondAThousandTheyAreCounted() {
        for (int i = 0; i < 1_100; i++) {
            observers.tell(this::slow, 0);
        }
        assertEquals(98, dropped(), "two run, a thousand wait");
    }
}
