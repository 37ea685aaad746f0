package org.mutatio.pipeline.transaction;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.mutatio.api.deploy.Live;

/// One name, one live bundle.
final class FakeLive implements Live {

    private final String name;
    private final long[] live;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    FakeLive(String name, long[] live) {
        this.name = name;
        this.live = live;
    }

    void tell() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public OptionalLong bundle(String symbolicName) {
        return symbolicName.equals(name) ? OptionalLong.of(live[0]) : OptionalLong.empty();
    }

    @Override
    public boolean live(String symbolicName, long bundleId) {
        return !symbolicName.equals(name) || live[0] == bundleId;
    }

    @Override
    public AutoCloseable listen(Runnable changed) {
        listeners.add(changed);
        changed.run();
        return () -> listeners.remove(changed);
    }
}
