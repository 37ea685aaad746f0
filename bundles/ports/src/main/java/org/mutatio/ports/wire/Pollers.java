package org.mutatio.ports.wire;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// The few pollers of this bundle; connections are dealt out in turn.
public final class Pollers implements AutoCloseable {
    private final List<Poller> pollers;
    private final AtomicInteger turn = new AtomicInteger();

    /// @param count bounded by what the machine has; one serves thousands of idle connections
    public Pollers(int count) {
        this.pollers = IntStream.range(0, count)
                .mapToObj(index -> new Poller("ports-poller-" + index))
                .toList();
    }

    Poller next() {
        return pollers.get(Math.floorMod(turn.getAndIncrement(), pollers.size()));
    }

    @Override
    public void close() {
        pollers.forEach(Poller::close);
    }
}
