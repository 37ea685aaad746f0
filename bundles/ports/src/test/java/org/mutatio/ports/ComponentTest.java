package org.mutatio.ports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.deploy.Live;
import org.mutatio.net.ConnectionHandler;
import org.mutatio.ports.limit.Budget;
import org.mutatio.ports.limit.Limits;
import org.mutatio.ports.limit.Networks;
import org.mutatio.sdk.health.Health;
import org.mutatio.vault.ChannelVault;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentConstants;

/// The components as SCR would drive them.
class ComponentTest {
    @TempDir
    Path home;

    private final ChannelVault vault = new ChannelVault();

    /// A configuration annotation with the given values and the defaults for the rest, as SCR makes one.
    private static <A extends Annotation> A config(Class<A> type, Map<String, Object> values) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, _) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    @SuppressWarnings("unchecked") // a proxy for a parameterised interface
    private static ServiceReference<ConnectionHandler> from(long bundleId) {
        var bundle = Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (_, method, _) -> method.getName().equals("getBundleId") ? (Object) bundleId : "org.mutatio.smtp");
        return (ServiceReference<ConnectionHandler>) Proxy.newProxyInstance(
                ServiceReference.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (_, method, _) -> method.getName().equals("getBundle") ? bundle : "smtp");
    }

    private PortsComponent ports() throws Exception {
        var context = (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (_, _, arguments) -> "mutatio.home".equals(arguments[0]) ? home.toString() : null);
        return new PortsComponent(
                vault, config(PortsConfig.class, Map.of()), config(LimitsConfig.class, Map.of()), context);
    }

    private static ListenerComponent listener(PortsComponent ports, Map<String, Object> values) {
        return new ListenerComponent(ports, config(ListenerConfig.class, values), raw(values));
    }

    private static Map<String, Object> raw(Map<String, Object> values) {
        var raw = new HashMap<>(values);
        raw.put("service.pid", "org.mutatio.ports.listener~1");
        return raw;
    }

    private static ConnectionHandler saying(String text) {
        return connection -> {
            var out = connection.socket().getOutputStream();
            out.write((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
        };
    }

    private static String ask(int port) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }

    private static final class Table implements Live {
        final AtomicLong live = new AtomicLong(1);
        final AtomicReference<Runnable> heard = new AtomicReference<>(() -> {});
        final AtomicInteger listeners = new AtomicInteger();

        @Override
        public OptionalLong bundle(String symbolicName) {
            return OptionalLong.of(live.get());
        }

        @Override
        public boolean live(String symbolicName, long bundleId) {
            return bundleId == live.get();
        }

        @Override
        public AutoCloseable listen(Runnable changed) {
            var before = heard.get();
            heard.set(() -> {
                before.run();
                changed.run();
            });
            changed.run();
            listeners.incrementAndGet();
            return listeners::decrementAndGet;
        }

        void turnTo(long bundleId) {
            live.set(bundleId);
            heard.get().run();
        }
    }

    @Test
    void onlyTheLiveBundlesHandlerIsLent() throws Exception {
        var ports = ports();
        var table = new Table();
        var one = saying("one");
        var two = saying("two");
        ports.bindHandler(one, from(1));
        ports.bindLive(table);
        ports.bindHandler(two, from(2)); // staged
        var listener = listener(ports, Map.of("name", "mx", "address", "127.0.0.1:0", "banner", "x"));
        assertEquals(Health.State.OK, ports.probe().state(), ports.probe().reason());
        var port = ports.listeners().getFirst().port();
        assertEquals("one", ask(port));
        table.turnTo(2);
        assertEquals("two", ask(port));
        ports.unbindHandler(one);
        assertEquals("two", ask(port));
        assertTrue(ports.samples().stream()
                .anyMatch(sample -> sample.name().equals("mutatio_connections_total") && sample.value() == 3));
        vault.beginClosing();
        listener.deactivate(ComponentConstants.DEACTIVATION_REASON_BUNDLE_STOPPED);
        ports.deactivate();
        assertThrows(java.net.ConnectException.class, () -> ask(port));
    }

    /// While `deployer` is swapped there are two tables. What is registered with one that went keeps its
    /// class loader.
    @Test
    void aTableOfLiveBundlesThatGoesIsLetGo() throws Exception {
        var ports = ports();
        var old = new Table();
        var fresh = new Table();
        ports.bindLive(old);
        var registered = old.listeners.get();
        assertTrue(registered > 0);
        ports.bindLive(fresh);
        ports.unbindLive(fresh); // rolled back
        assertEquals(0, fresh.listeners.get());
        assertEquals(registered, old.listeners.get(), "the old one is listened to still");
        ports.unbindLive(old);
        assertEquals(0, old.listeners.get());
        ports.bindLive(fresh);
        vault.beginClosing();
        ports.deactivate();
        ports.unbindLive(fresh); // SCR unbinds after that
        assertEquals(0, fresh.listeners.get());
    }

    @Test
    void everyDefaultIsWhatTheReadmeSays() throws Exception {
        var ports = config(PortsConfig.class, Map.of());
        assertEquals(
                "localhost 60s 5s 30s 5m",
                String.join(
                        " ",
                        ports.hostname(),
                        ports.handlerWait(),
                        ports.proxyTimeout(),
                        ports.handshakeTimeout(),
                        ports.writeTimeout()));
        var limits = config(LimitsConfig.class, Map.of());
        assertEquals(
                "50 100 40 500 20000 127.0.0.0/8 ::1/128",
                limits.unauthenticatedPerAddress() + " " + limits.newPerMinute() + " " + limits.perAccount() + " "
                        + limits.perAddress() + " " + limits.total() + " " + String.join(" ", limits.trusted()));
        var listener = config(ListenerConfig.class, Map.of());
        assertEquals(
                "smtp starttls false false 0",
                listener.protocol() + " " + listener.tls() + " " + listener.plaintextAuth() + " "
                        + listener.proxyProtocol() + " " + listener.proxyFrom().length);
    }

    /// Case ops-3a8: seven accounts, five IMAP connections each, all at once and all with the right password.
    @Test
    void aMacWithSevenAccountsComesInAtOnce() throws Exception {
        var limits = config(LimitsConfig.class, Map.of());
        var budget = new Budget(
                new Limits(
                        limits.unauthenticatedPerAddress(),
                        limits.newPerMinute(),
                        limits.perAccount(),
                        limits.perAddress(),
                        limits.total(),
                        Networks.NONE),
                InstantSource.fixed(Instant.parse("2026-12-01T08:00:00Z")));
        var mac = InetAddress.ofLiteral("198.51.100.1");
        var places = new ArrayList<Budget.Place>();
        for (var i = 0; i < 35; i++) {
            var admission = budget.admit(mac, false);
            assertEquals(Budget.Verdict.ADMITTED, admission.verdict(), "connection " + i);
            places.add(Objects.requireNonNull(admission.place()));
        }
        for (var i = 0; i < 35; i++) {
            assertTrue(places.get(i).authenticated("account" + i / 5 + "@example.com"));
        }
        assertEquals(Budget.Verdict.ADMITTED, budget.admit(mac, false).verdict());
    }

    @Test
    void settingsOfWhichOneMakesNoSenseAreNotTaken() throws Exception {
        var ports = ports();
        var free = config(LimitsConfig.class, Map.of("trusted", new String[0], "unauthenticatedPerAddress", 1));
        for (var values : List.<Map<String, Object>>of(Map.of("writeTimeout", "soon"), Map.of("handlerWait", "0s"))) {
            var e = assertThrows(
                    IllegalArgumentException.class, () -> ports.modified(config(PortsConfig.class, values), free));
            assertTrue(String.valueOf(e.getMessage()).startsWith("[ports] "), e.getMessage());
        }
        ports.bindHandler(
                connection -> {
                    connection.socket().getOutputStream().write('x');
                    connection.awaitInput(java.time.Duration.ofSeconds(10));
                },
                from(1));
        listener(ports, Map.of("name", "mx", "address", "127.0.0.1:0"));
        var port = ports.listeners().getFirst().port();
        try (var one = new Socket(InetAddress.getLoopbackAddress(), port);
                var two = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertEquals('x', one.getInputStream().read());
            assertEquals('x', two.getInputStream().read(), "two of one address: the limits are the old ones");
        }
        ports.modified(config(PortsConfig.class, Map.of()), free);
        try (var one = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertEquals('x', one.getInputStream().read());
            assertTrue(ask(port).startsWith("421 4.7.0 "));
        }
        vault.beginClosing();
        ports.deactivate();
    }

    /// Two tables of one name: the second is refused and told, and its end does not close the first.
    @Test
    void aNameThatIsThereTwiceIsRefusedOnce() throws Exception {
        var ports = ports();
        ports.bindHandler(saying("first"), from(1));
        var first = listener(ports, Map.of("name", "mx", "address", "127.0.0.1:0"));
        var port = ports.listeners().getFirst().port();
        var second = listener(ports, Map.of("name", "mx", "address", "127.0.0.1:0"));
        assertEquals(Health.State.BROKEN, ports.probe().state());
        assertTrue(
                ports.probe().reason().contains("is there twice"), ports.probe().reason());
        second.deactivate(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        assertEquals(Health.State.OK, ports.probe().state());
        assertEquals("first", ask(port));
        first.deactivate(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        assertThrows(java.net.ConnectException.class, () -> ask(port));
        vault.beginClosing();
        ports.deactivate();
    }

    @Test
    void aTableThatMakesNoSenseIsPartOfTheHealthUntilItIsMended() throws Exception {
        var ports = ports();
        assertEquals(Health.State.WARNING, ports.probe().state());
        var bad = Map.<String, Object>of("name", "mx", "address", "here");
        var listener = listener(ports, bad);
        assertEquals(Health.State.BROKEN, ports.probe().state());
        assertTrue(ports.probe().reason().contains("write it like \"127.0.0.1:2525\""));
        var good = Map.<String, Object>of("name", "mx", "address", "127.0.0.1:0");
        listener.modified(config(ListenerConfig.class, good), raw(good));
        assertEquals(Health.State.OK, ports.probe().state());
        listener.deactivate(ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
        assertEquals(0, vault.names("listener/").size());
        vault.beginClosing();
        ports.deactivate();
    }

    @Test
    void aBusyPortIsPartOfTheHealth() throws Exception {
        var ports = ports();
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener(ports, Map.of("name", "mx", "address", "127.0.0.1:" + other.getLocalPort()));
            assertEquals(Health.State.BROKEN, ports.probe().state());
            assertTrue(ports.probe().reason().contains("is in use by another program"));
            var shown = new ListenersAction(ports).run(new ActionCall("token", Map.of(), _ -> {}));
            assertEquals(1, shown.exitCode());
            assertTrue(shown.text()
                    .startsWith("mx  smtp  127.0.0.1:" + other.getLocalPort() + "  TLS profile mx  NOT BOUND: "));
        }
        vault.beginClosing();
        ports.deactivate();
    }

    @Test
    void aStoppedBundleLeavesItsSocketsToTheNext() throws Exception {
        var first = ports();
        var listener = listener(first, Map.of("name", "mx", "address", "127.0.0.1:0"));
        var port = first.listeners().getFirst().port();
        listener.deactivate(ComponentConstants.DEACTIVATION_REASON_BUNDLE_STOPPED);
        first.deactivate();
        var second = ports();
        second.bindHandler(saying("second"), from(1));
        listener(second, Map.of("name", "mx", "address", "127.0.0.1:0"));
        assertEquals(port, second.listeners().getFirst().port());
        assertEquals("second", ask(port));
        vault.beginClosing();
        second.deactivate();
        vault.close();
    }
}
