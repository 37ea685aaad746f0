package org.mutatio.console;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.admin.Action;
import org.mutatio.api.deploy.Deployments;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.console.http.ActionTable;
import org.mutatio.console.http.AdminServer;
import org.mutatio.console.http.ListenAddress;
import org.mutatio.console.http.Token;
import org.mutatio.console.status.Probes;
import org.mutatio.console.status.Sources;
import org.mutatio.console.status.StatusAction;
import org.mutatio.console.status.VersionAction;
import org.mutatio.current.Current;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the admin API; while another console still holds the port (it is being replaced) tries again until it lets go.
@Component(
        configurationPid = "org.mutatio.console",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = {HealthProbe.class, Drainable.class})
@Designate(ocd = ConsoleConfig.class)
public final class ConsoleComponent implements HealthProbe, Drainable {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleComponent.class);
    private static final long RETRY_MILLIS = 300;

    private final Current<Action> actions = new Current<>(Action.class);
    private final Current<HealthProbe> probes = new Current<>(HealthProbe.class);
    private final Probes asked = new Probes(probes::all);
    private final Current<MeterSource> meters = new Current<>(MeterSource.class);
    private final Current<Deployments> deployments = new Current<>(Deployments.class);
    private final InetSocketAddress address;
    private final Path data;
    private final List<ServiceRegistration<Action>> registrations;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread opener;
    private volatile @Nullable AdminServer server;
    private volatile String problem = "not opened yet";

    @Activate
    public ConsoleComponent(ConsoleConfig config, BundleContext context) {
        this.address = ListenAddress.of(config.listen());
        this.data = Path.of(context.getProperty("mutatio.home")).resolve("data");
        String version = context.getProperty("mutatio.version");
        Sources sources = new Sources(version, deployments::now, asked, meters::all, actions::all, errors(context));
        Instant begun = ProcessHandle.current().info().startInstant().orElseGet(InstantSource.system()::instant);
        this.registrations = List.of(
                context.registerService(Action.class, new StatusAction(sources, InstantSource.system(), begun), null),
                context.registerService(Action.class, new VersionAction(version), null));
        this.opener = Thread.ofVirtual().name("console-open").start(this::open);
    }

    /// What the launcher remembers of the log; by its contract a `Supplier<List<String>>` under that role.
    private static Supplier<List<String>> errors(BundleContext context) {
        return () -> {
            try {
                ServiceReference<?>[] references =
                        context.getServiceReferences(Supplier.class.getName(), "(mutatio.role=last-errors)");
                if (references != null
                        && context.getService(references[0]) instanceof Supplier<?> found
                        && found.get() instanceof List<?> lines) {
                    return lines.stream().map(String::valueOf).toList();
                }
                return List.of();
            } catch (InvalidSyntaxException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private void open() {
        try {
            do {
                try {
                    listen();
                    return;
                } catch (BindException e) {
                    tell(address + " is in use by another process; free it, or set [console] listen to another port");
                } catch (IOException | RuntimeException e) {
                    tell("the admin API does not open: " + e); // a full disk, say: no reason to stay closed for ever
                }
            } while (!closing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() throws IOException {
        Token token = Token.make(new SecureRandom());
        AdminServer opened = new AdminServer(address, new ActionTable(actions::all), token, this::notReady);
        try {
            token.publish(data, host(opened.address()));
        } catch (IOException | RuntimeException e) {
            opened.close(); // nobody knows its token
            throw e;
        }
        server = opened;
        LOG.info("event=listening listener=console address={}", opened.address());
        if (closing.getCount() == 0) {
            opened.close(); // close() came before it could see this one
        }
    }

    private void tell(String what) {
        if (!what.equals(problem)) {
            problem = what;
            LOG.error("event=console-not-open address={} reason=\"{}\"", address, what);
        }
    }

    private static String host(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private List<String> notReady() {
        List<String> missing = new ArrayList<>();
        Optional<Deployments> known = deployments.now();
        if (known.isEmpty() || !known.get().started()) {
            missing.add("starting");
        }
        for (Probes.Found found : asked.ask()) {
            if (found.health().state() == Health.State.BROKEN) {
                missing.add(found.by());
            }
        }
        return missing;
    }

    @Override
    public Health probe() {
        return server != null ? Health.ok("the admin API listens on " + address) : Health.warning(problem);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAction(Action arriving, ServiceReference<Action> from) {
        actions.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindAction(Action leaving) {
        actions.leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindProbe(HealthProbe arriving, ServiceReference<HealthProbe> from) {
        probes.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindProbe(HealthProbe leaving) {
        probes.leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindMeters(MeterSource arriving, ServiceReference<MeterSource> from) {
        meters.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindMeters(MeterSource leaving) {
        meters.leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindDeployments(Deployments arriving, ServiceReference<Deployments> from) {
        deployments.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindDeployments(Deployments leaving) {
        deployments.leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindLive(Live arriving) {
        actions.follow(arriving);
        probes.follow(arriving);
        meters.follow(arriving);
        deployments.follow(arriving);
    }

    void unbindLive(Live leaving) {
        actions.unfollow(leaving);
        probes.unfollow(leaving);
        meters.unfollow(leaving);
        deployments.unfollow(leaving);
    }

    /// Whoever asks gets his answer, also by the console that is replaced.
    @Override
    public int drain(Instant deadline) {
        AdminServer opened = server;
        InstantSource clock = InstantSource.system();
        while (opened != null && opened.answering() > 0 && clock.instant().isBefore(deadline)) {
            LockSupport.parkNanos(5_000_000);
        }
        return opened == null ? 0 : opened.answering();
    }

    @Deactivate
    void close() {
        closing.countDown();
        registrations.forEach(ServiceRegistration::unregister);
        try {
            opener.join(1000);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        AdminServer opened = server;
        if (opened != null) {
            opened.close();
        }
    }
}
