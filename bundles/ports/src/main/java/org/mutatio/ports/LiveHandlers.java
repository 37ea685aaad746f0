package org.mutatio.ports;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.mutatio.api.deploy.Live;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.current.Current;
import org.mutatio.net.ConnectionHandler;
import org.mutatio.ports.reception.Handlers;

/// All candidates for each protocol; lends those of live bundles.
final class LiveHandlers implements Handlers {
    private final Map<String, Current<ConnectionHandler>> byProtocol = new ConcurrentHashMap<>();
    private final List<Live> tables = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();

    LiveHandlers() {
        // Made at once, so that they hear of a switch before [PortsComponent] does.
        of("smtp");
        of("imap");
    }

    private Current<ConnectionHandler> of(String protocol) {
        lock.lock();
        try {
            return byProtocol.computeIfAbsent(protocol, _ -> {
                var current = new Current<>(ConnectionHandler.class);
                tables.forEach(current::follow);
                return current;
            });
        } finally {
            lock.unlock();
        }
    }

    void arrive(String protocol, ConnectionHandler handler, String symbolicName, long bundleId) {
        of(protocol).arrive(handler, symbolicName, bundleId);
    }

    void leave(ConnectionHandler handler) {
        byProtocol.values().forEach(current -> current.leave(handler));
    }

    void follow(Live table) {
        lock.lock();
        try {
            tables.add(table);
            byProtocol.values().forEach(current -> current.follow(table));
        } finally {
            lock.unlock();
        }
    }

    void unfollow(Live table) {
        lock.lock();
        try {
            tables.removeIf(known -> known.equals(table));
            byProtocol.values().forEach(current -> current.unfollow(table));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<ConnectionHandler> lend(String protocol, Duration wait) {
        try {
            return Optional.of(of(protocol).lend(wait));
        } catch (AbsentServiceException _) {
            return Optional.empty();
        }
    }

    @Override
    public boolean live(ConnectionHandler handler) {
        return byProtocol.values().stream()
                .flatMap(current -> current.all().stream())
                .anyMatch(live -> live.equals(handler));
    }
}
