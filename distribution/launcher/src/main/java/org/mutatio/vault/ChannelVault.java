package org.mutatio.vault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channel;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// The launcher's [SocketVault]. At the end of the server: [#beginClosing], then stop the framework, then [#close].
public final class ChannelVault implements SocketVault, AutoCloseable {
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();
    private volatile boolean closing;

    @Override
    public Optional<Channel> find(String name) {
        return Optional.ofNullable(channels.get(name)).filter(Channel::isOpen);
    }

    @Override
    public void keep(String name, Channel channel) {
        channels.put(name, channel);
    }

    @Override
    public void forget(String name, Channel channel) {
        channels.remove(name, channel);
    }

    @Override
    public Set<String> names(String prefix) {
        return channels.entrySet().stream()
                .filter(entry ->
                        entry.getKey().startsWith(prefix) && entry.getValue().isOpen())
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public boolean closing() {
        return closing;
    }

    /// From now on a stopping bundle closes what it opened.
    public void beginClosing() {
        closing = true;
    }

    /// Closes every channel that is still kept.
    ///
    /// @throws UncheckedIOException when a channel would not close; the others are closed nevertheless
    @Override
    public void close() {
        closing = true;
        UncheckedIOException failure = null;
        for (var channel : channels.values()) {
            try {
                channel.close();
            } catch (IOException e) {
                failure = new UncheckedIOException(e);
            }
        }
        channels.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
