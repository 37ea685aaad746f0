package org.mutatio.ports;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.policy.Policies;
import org.mutatio.current.Current;
import org.mutatio.net.ConnectionHandler;
import org.mutatio.ports.limit.Limits;
import org.mutatio.ports.limit.Networks;
import org.mutatio.ports.reception.House;
import org.mutatio.ports.reception.ListenerSettings;
import org.mutatio.ports.reception.ListenerState;
import org.mutatio.ports.reception.Timeouts;
import org.mutatio.ports.tls.CertificateFolder;
import org.mutatio.ports.tls.TlsReport;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.settings.Durations;
import org.mutatio.vault.SocketVault;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/// The front door: takes settings and handlers, gives health, drain and counts. What is behind it is
/// [House].
@Component(
        service = {PortsComponent.class, HealthProbe.class, Drainable.class, MeterSource.class},
        configurationPid = {"org.mutatio.ports", "org.mutatio.limits"},
        configurationPolicy = ConfigurationPolicy.OPTIONAL,
        immediate = true)
public final class PortsComponent implements HealthProbe, Drainable, MeterSource {
    private static final String HOME = "mutatio.home";

    private final LiveHandlers handlers = new LiveHandlers();
    private final Current<Policies> policies = new Current<>(Policies.class);
    private final House house;
    /// Tables that made no sense, by name; they are part of our health.
    private final Map<String, String> refused = new ConcurrentHashMap<>();

    /// Registrations with the tables of live bundles, of which there may be two while `deployer` is
    /// swapped.
    private final Map<Live, AutoCloseable> listening = new ConcurrentHashMap<>();

    @Activate
    public PortsComponent(@Reference SocketVault vault, PortsConfig ports, LimitsConfig limits, BundleContext context)
            throws IOException {
        var home = context.getProperty(HOME);
        if (home == null) {
            throw new IllegalStateException("the framework property " + HOME + " is not set: start it by bin/mutatio");
        }
        this.house = new House(
                Path.of(home),
                ports.hostname(),
                limits(limits),
                timeouts(ports),
                handlers,
                vault,
                InstantSource.system(),
                new SecureRandom());
    }

    static Limits limits(LimitsConfig config) {
        return new Limits(
                config.unauthenticatedPerAddress(),
                config.newPerMinute(),
                config.perAccount(),
                config.perAddress(),
                config.total(),
                Networks.of(List.of(config.trusted())));
    }

    static Timeouts timeouts(PortsConfig config) {
        return new Timeouts(
                duration("handler-wait", config.handlerWait()),
                duration("proxy-timeout", config.proxyTimeout()),
                duration("handshake-timeout", config.handshakeTimeout()),
                duration("write-timeout", config.writeTimeout()));
    }

    private static Duration duration(String name, String text) {
        try {
            var duration = Durations.parse(text);
            if (duration.isPositive()) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("[ports] " + name + ": " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                "[ports] " + name + " = \"" + text + "\": must be longer than nothing, as \"30s\"");
    }

    @Modified
    void modified(PortsConfig ports, LimitsConfig limits) throws IOException {
        var nextLimits = limits(limits);
        var nextTimeouts = timeouts(ports);
        // Nothing was taken of settings of which one makes no sense.
        house.limits(nextLimits);
        house.timeouts(nextTimeouts);
        house.hostName(ports.hostname());
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindHandler(ConnectionHandler arriving, ServiceReference<ConnectionHandler> from) {
        var bundle = from.getBundle();
        if (from.getProperty(ConnectionHandler.PROTOCOL) instanceof String protocol && bundle != null) {
            handlers.arrive(protocol, arriving, bundle.getSymbolicName(), bundle.getBundleId());
        }
    }

    void unbindHandler(ConnectionHandler leaving) {
        handlers.leave(leaving);
        house.handlersChanged();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindPolicies(Policies arriving, ServiceReference<Policies> from) {
        var bundle = from.getBundle();
        if (bundle != null) {
            policies.arrive(arriving, bundle.getSymbolicName(), bundle.getBundleId());
        }
    }

    void unbindPolicies(Policies leaving) {
        policies.leave(leaving);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindLive(Live arriving) {
        handlers.follow(arriving);
        policies.follow(arriving);
        listening.put(arriving, arriving.listen(house::handlersChanged));
    }

    void unbindLive(Live leaving) {
        handlers.unfollow(leaving);
        policies.unfollow(leaving);
        stopListening(leaving);
        house.handlersChanged();
    }

    private void stopListening(Live table) {
        var registration = listening.remove(table);
        if (registration != null) {
            try {
                registration.close();
            } catch (Exception e) {
                throw new IllegalStateException("the table of live bundles did not let go", e);
            }
        }
    }

    void open(ListenerSettings settings) {
        house.listeners().open(settings);
    }

    void change(ListenerSettings before, ListenerSettings after) {
        house.listeners().change(before, after);
    }

    void close(ListenerSettings settings) {
        house.listeners().close(settings.name());
    }

    void letGo(ListenerSettings settings) {
        house.listeners().letGo(settings.name());
    }

    void refuse(String pid, String reason) {
        refused.put(pid, reason);
    }

    void forgetRefusal(String pid) {
        refused.remove(pid);
    }

    /// Every configured listener, for `status`.
    List<ListenerState> listeners() {
        return house.listeners().states();
    }

    List<CertificateFolder.Expiry> certificates() {
        return house.certificates();
    }

    TlsReport tlsReport(List<String> domains) throws IOException {
        return house.tlsReport(domains);
    }

    /// Ours, as `router` knows them now; none while it is away: they only say more in a report.
    List<String> domains() {
        return policies.now()
                .map(known ->
                        known.current().domains().stream().map(Domain::ascii).toList())
                .orElse(List.of());
    }

    /// Tables that made no sense.
    List<String> refusals() {
        return refused.values().stream().sorted().toList();
    }

    int sessions() {
        return house.sessions();
    }

    @Override
    public Health probe() {
        var problems = new TreeMap<>(refused);
        var bound = 0;
        for (var state : listeners()) {
            if (state.bound()) {
                bound++;
            } else {
                problems.put(state.name(), state.problem());
            }
        }
        if (!problems.isEmpty()) {
            return Health.broken(String.join("; ", problems.values()));
        }
        var expired = house.certificates().stream()
                .filter(CertificateFolder.Expiry::soon)
                .map(certificate -> certificate.name() + " (" + certificate.days() + " days)")
                .toList();
        if (!expired.isEmpty()) {
            return Health.warning(
                    "certificates expire: " + String.join(", ", expired) + "; `mutatio tls check` says more");
        }
        return bound == 0
                ? Health.warning("no [[listener]] is configured")
                : Health.ok(bound + " listeners bound, " + house.sessions() + " connections");
    }

    @Override
    public int drain(Instant deadline) {
        return house.drain(deadline);
    }

    @Override
    public List<Sample> samples() {
        return house.meters().samples();
    }

    @Deactivate
    void deactivate() {
        try {
            listening.keySet().forEach(this::stopListening);
        } finally {
            house.close();
        }
    }
}
