package org.mutatio.current;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.mutatio.api.deploy.Live;

/// A table of live bundles, written by hand; keeps the promises of [Live] as the deployer's does.
final class TestTable implements Live {
    private final Map<String, Long> live = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();

    @Override
    public OptionalLong bundle(String symbolicName) {
        Long id = live.get(symbolicName);
        return id == null ? OptionalLong.empty() : OptionalLong.of(id);
    }

    @Override
    public boolean live(String symbolicName, long bundleId) {
        Long id = live.get(symbolicName);
        return id == null || id == bundleId;
    }

    @Override
    public AutoCloseable listen(Runnable changed) {
        listeners.add(changed);
        changed.run();
        return () -> {
            if (!listeners.remove(changed)) {
                throw new IllegalStateException("let go twice");
            }
        };
    }

    /// @return itself, for a table that begins so
    TestTable switchTo(String symbolicName, long bundleId) {
        live.put(symbolicName, bundleId);
        listeners.forEach(Runnable::run);
        return this;
    }

    int listeners() {
        return listeners.size();
    }
}
