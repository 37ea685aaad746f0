package org.mutatio.ports.reception;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.mutatio.vault.SocketVault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listening sockets, one a `[[listener]]`.
///
/// A socket lies in the vault under `listener/<name>` as long as it is open, so the next version of
/// this bundle finds it. While both versions run, both accept from it: whoever is faster serves.
public final class Listeners {
    private static final Logger log = LoggerFactory.getLogger(Listeners.class);
    private static final String PREFIX = "listener/";

    private static final class Listening {
        volatile ListenerSettings settings;

        @Nullable
        ServerSocketChannel channel;

        Acceptor.@Nullable Door door;
        int port;
        String problem = "not bound yet";

        Listening(ListenerSettings settings) {
            this.settings = settings;
        }
    }

    private final Acceptor acceptor;
    private final SocketVault vault;
    private final BiConsumer<ListenerSettings, SocketChannel> reception;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Listening> listening = new LinkedHashMap<>();
    /// Names in the vault that were there before us, until a table of ours claims them. What came later
    /// is a newer version's, and not for us to judge.
    private final Set<String> inherited;

    /// @param reception takes each accepted channel; quick, and does not block
    public Listeners(Acceptor acceptor, SocketVault vault, BiConsumer<ListenerSettings, SocketChannel> reception) {
        this.acceptor = acceptor;
        this.vault = vault;
        this.reception = reception;
        this.inherited = new HashSet<>(vault.names(PREFIX));
    }

    /// A new or changed table. The socket is bound anew only when its address changed; a failure is
    /// logged, kept as the listener's state and tried again by [#retry].
    ///
    /// @throws IllegalArgumentException another table has that name
    public void open(ListenerSettings settings) {
        lock.lock();
        try {
            requireFree(settings.name());
            var _ = inherited.remove(PREFIX + settings.name());
            var fresh = new Listening(settings);
            listening.put(settings.name(), fresh);
            bind(fresh, true);
        } finally {
            lock.unlock();
        }
    }

    private void requireFree(String name) {
        if (listening.containsKey(name)) {
            throw new IllegalArgumentException("[[listener]] \"" + name + "\" is there twice: names must differ");
        }
    }

    /// A table changed; the others are not touched.
    ///
    /// @throws IllegalArgumentException another table has the new name; nothing changed
    public void change(ListenerSettings before, ListenerSettings after) {
        lock.lock();
        try {
            var known = listening.get(before.name());
            if (known != null && before.sameSocket(after)) {
                known.settings = after;
                log.info("event=listener-changed listener={} address={}", after.name(), after.where());
                return;
            }
            if (!before.name().equals(after.name())) {
                requireFree(after.name()); // before the old one is closed, which serves on when we refuse
            }
            close(before.name());
            open(after);
        } finally {
            lock.unlock();
        }
    }

    private void bind(Listening one, boolean loudly) {
        var name = one.settings.name();
        try {
            var channel = inherited(one.settings);
            var origin = channel == null ? "new" : "vault";
            if (channel == null) {
                channel = Acceptor.listen(one.settings.address());
                vault.keep(PREFIX + name, channel);
            }
            one.channel = channel;
            one.port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            one.problem = "";
            one.door = acceptor.open(channel, accepted -> reception.accept(one.settings, accepted));
            log.info(
                    "event=listening listener={} protocol={} role={} address={} port={} socket={}",
                    name,
                    one.settings.protocol(),
                    one.settings.role(),
                    one.settings.where(),
                    one.port,
                    origin);
        } catch (UnsupportedAddressTypeException _) {
            one.problem = one.settings.where() + " cannot be bound: IPv6 is switched off on this machine; write an IPv4"
                    + " address in [[listener]] \"" + name + "\" of mutatio.toml";
            if (loudly) {
                log.error("event=listen-failed listener={} problem=\"{}\"", name, one.problem);
            }
        } catch (IOException e) {
            one.problem = cure(one.settings, e);
            if (loudly) {
                log.error("event=listen-failed listener={} problem=\"{}\"", name, one.problem);
            }
        }
    }

    private @Nullable ServerSocketChannel inherited(ListenerSettings settings) throws IOException {
        var kept = vault.find(PREFIX + settings.name()).orElse(null);
        if (!(kept instanceof ServerSocketChannel channel)) {
            return null;
        }
        var wanted = settings.address().address();
        var is = (InetSocketAddress) channel.getLocalAddress();
        if (is != null
                && is.getAddress().equals(wanted.getAddress())
                && (wanted.getPort() == 0 || is.getPort() == wanted.getPort())) {
            return channel;
        }
        vault.forget(PREFIX + settings.name(), channel);
        channel.close();
        return null;
    }

    private static String cure(ListenerSettings settings, IOException e) {
        var port = settings.address().address().getPort();
        var where = settings.where();
        var reason = String.valueOf(e.getMessage());
        var table = "[[listener]] \"" + settings.name() + "\" of mutatio.toml";
        if (reason.contains("in use")) {
            return where + " is in use by another program; `ss -ltnp 'sport = :" + port
                    + "'` names it: stop it, or change the address of " + table;
        }
        if (reason.contains("ermission denied")) {
            return where
                    + " may not be bound: ports below 1024 want the right CAP_NET_BIND_SERVICE (the systemd unit gives"
                    + " it); or choose a port above 1023 in " + table;
        }
        if (e instanceof BindException) {
            return where + " cannot be bound (" + reason + "): is it an address of this machine? See " + table;
        }
        return where + " cannot be listened on: " + reason;
    }

    /// The table is gone: its socket is closed, its connections go on.
    public void close(String name) {
        lock.lock();
        try {
            var gone = listening.remove(name);
            if (gone == null) {
                return;
            }
            leave(gone);
            shut(name, gone);
            log.info("event=listener-closed listener={}", name);
        } finally {
            lock.unlock();
        }
        retry(); // perhaps another one waited for this address
    }

    /// This bundle stops: the socket stays in the vault for the next version, unless the server is
    /// going down.
    public void letGo(String name) {
        lock.lock();
        try {
            var gone = listening.remove(name);
            if (gone == null) {
                return;
            }
            leave(gone);
            if (vault.closing()) {
                shut(name, gone);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void leave(Listening one) {
        if (one.door != null) {
            one.door.leave();
            one.door = null;
        }
    }

    private void shut(String name, Listening one) {
        if (one.channel == null) {
            return;
        }
        vault.forget(PREFIX + name, one.channel);
        try {
            one.channel.close();
        } catch (IOException e) {
            log.warn("event=listener-close-failed listener={} reason=\"{}\"", name, e.getMessage());
        }
        one.channel = null;
    }

    /// Accepts no more, on any; sockets stay open (a drain).
    public void pause() {
        lock.lock();
        try {
            listening.values().forEach(Listeners::leave);
        } finally {
            lock.unlock();
        }
    }

    /// Tries those again that could not be bound.
    public void retry() {
        lock.lock();
        try {
            for (var one : listening.values()) {
                if (one.channel == null) {
                    bind(one, false);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Closes sockets in the vault that no table claims any more: their listener was removed while this
    /// bundle was being replaced.
    public void closeOrphans() {
        lock.lock();
        try {
            for (var kept : inherited) {
                var channel = vault.find(kept).orElse(null);
                if (channel != null) {
                    vault.forget(kept, channel);
                    channel.close();
                    log.info(
                            "event=listener-closed listener={} reason=\"no table claims it\"",
                            kept.substring(PREFIX.length()));
                }
            }
            inherited.clear();
        } catch (IOException e) {
            log.warn("event=listener-close-failed reason=\"{}\"", e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /// All, in the order of their tables.
    public List<ListenerState> states() {
        lock.lock();
        try {
            return listening.values().stream()
                    .map(one -> new ListenerState(
                            one.settings.name(),
                            one.settings.protocol(),
                            one.settings.where(),
                            one.problem.isEmpty() ? one.port : 0,
                            one.settings.tls() == ListenerSettings.Tls.NONE
                                    ? ""
                                    : one.settings.profile().text(),
                            one.problem))
                    .toList();
        } finally {
            lock.unlock();
        }
    }
}
