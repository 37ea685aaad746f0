package org.mutatio.deployer.deployment;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.mutatio.api.deploy.Live;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The table behind [Live]: written by the deployer's one worker, read by everybody; one volatile, no lock.
public final class LiveTable implements Live {
    private static final Logger LOG = LoggerFactory.getLogger(LiveTable.class);

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, Long> live = Map.of();

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
        return () -> listeners.remove(changed);
    }

    /// The bundle serves from now on, any other of its name no longer.
    public void switchTo(String symbolicName, long bundleId) {
        change(symbolicName, bundleId);
    }

    /// No bundle of that name is managed any longer.
    public void forget(String symbolicName) {
        change(symbolicName, null);
    }

    private void change(String symbolicName, @org.jspecify.annotations.Nullable Long bundleId) {
        Map<String, Long> next = new HashMap<>(live);
        if (bundleId == null) {
            next.remove(symbolicName);
        } else {
            next.put(symbolicName, bundleId);
        }
        live = Map.copyOf(next);
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException | LinkageError e) { // of another bundle: the others are told all the same
                LOG.error("event=live-listener-failed bundle={} reason=\"{}\"", symbolicName, e.toString(), e);
            }
        }
    }
}
