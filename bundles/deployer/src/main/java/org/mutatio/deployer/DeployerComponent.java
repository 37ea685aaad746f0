package org.mutatio.deployer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.admin.Action;
import org.mutatio.api.deploy.Deployments;
import org.mutatio.api.deploy.Live;
import org.mutatio.deployer.deployment.Book;
import org.mutatio.deployer.deployment.Deployer;
import org.mutatio.deployer.deployment.LiveTable;
import org.mutatio.deployer.deployment.PluginFolder;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The only one that installs bundles and the only caller of ConfigAdmin. One thread brings the recorded set up, then
/// looks twice a second at `plugins/` and `config/mutatio.toml`.
@Component(
        immediate = true,
        service = {})
public final class DeployerComponent {

    private static final Logger LOG = LoggerFactory.getLogger(DeployerComponent.class);
    private static final int CONFIGURATION_ERROR = 78;

    /// What greets a client is started first: it hears us while the store still opens, and what needs the store waits.
    private static final List<String> GREETERS =
            List.of("org.mutatio.ports", "org.mutatio.accounts", "org.mutatio.smtp", "org.mutatio.imap");

    private final BundleContext context;
    private final Path home;
    private final LiveTable table = new LiveTable();
    private final Settings settings;
    private final Deployer deployer;
    private final PluginFolder plugins;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean started;

    @Activate
    public DeployerComponent(
            BundleContext context,
            @Reference ConfigurationAdmin configAdmin,
            @Reference MetaTypeService types,
            @Reference ServiceComponentRuntime components)
            throws IOException {
        this.context = context;
        this.home = Path.of(property("mutatio.home"));
        InstantSource clock = InstantSource.system();
        Path data = Files.createDirectories(home.resolve("data"));
        this.settings = new Settings(context, configAdmin, types, components, home, clock);
        Book book = Book.open(data.resolve("deployments.json"), property("mutatio.version"));
        this.deployer = new Deployer(
                new OsgiFramework(context, components, clock),
                table,
                book,
                data.resolve("bundles"),
                clock,
                Deployer.Patience.defaults(),
                this::configureNewcomers);
        this.plugins = new PluginFolder(home.resolve("plugins"), deployer, book, clock);
        registrations.add(context.registerService(Live.class, table, null));
        registrations.add(context.registerService(Deployments.class, new Deployed(), null));
        sweep(data.resolve("staging"));
        for (Action action : DeployActions.of(deployer, data.resolve("staging"))) {
            registrations.add(context.registerService(Action.class, action, null));
        }
        Thread _ = Thread.ofPlatform().name("mutatio-deployer").start(this::work);
    }

    /// What a kill left of a deployment by command.
    private static void sweep(Path staging) throws IOException {
        if (Files.isDirectory(staging)) {
            try (Stream<Path> all = Files.list(staging)) {
                for (Path file : all.toList()) {
                    if (Files.isRegularFile(file)) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    private String property(String name) throws IOException {
        @Nullable String value = context.getProperty(name);
        if (value == null) {
            throw new IOException("the framework property " + name + " is not set");
        }
        return value;
    }

    private final class Deployed implements Deployments {
        @Override
        public boolean started() {
            return started;
        }

        @Override
        public List<Deployments.Deployed> bundles() {
            return deployer.deployed();
        }

        @Override
        public Configuration configuration() {
            return new Configuration(settings.since(), settings.problems(), List.of(), plugins.refused());
        }
    }

    private void work() {
        try {
            begin();
            settings.confirm();
            plugins.begin();
            started = true;
            LOG.info("event=started bundles={}", deployer.running().size());
            while (!closing.await(500, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (IOException | RuntimeException | InterruptedException e) {
            LOG.error("event=deployer-failed reason=\"{}\"", e.toString(), e);
        }
    }

    private void look() {
        try {
            settings.look();
            plugins.look();
        } catch (IOException | RuntimeException e) {
            LOG.warn("event=deployer-look reason=\"{}\"", e.toString());
        }
    }

    private static int turn(Path jar) {
        String name = String.valueOf(jar.getFileName());
        for (int i = 0; i < GREETERS.size(); i++) {
            if (name.startsWith(GREETERS.get(i) + "-")) {
                return i;
            }
        }
        return GREETERS.size();
    }

    private void begin() throws IOException {
        List<Path> jars;
        try (Stream<Path> all = Files.list(Path.of(property("mutatio.distribution"), "system"))) {
            jars = new ArrayList<>(all.filter(jar -> jar.toString().endsWith(".jar"))
                    .sorted(Comparator.comparingInt(DeployerComponent::turn).thenComparing(Comparator.naturalOrder()))
                    .toList());
        }
        Map<String, Long> present = new HashMap<>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getBundleId() != 0) {
                present.put(bundle.getSymbolicName(), bundle.getBundleId());
            }
        }
        deployer.begin(jars, present, this::configure);
    }

    private void configure() {
        try {
            if (!settings.begin()) {
                // Nothing can be served without a configuration: a clear end is better than a server that
                // does nothing.
                LOG.error(
                        "event=config-unusable exit={} cure=\"correct config/mutatio.toml; each problem is named above\"",
                        CONFIGURATION_ERROR);
                Thread.ofPlatform().name("mutatio-config-exit").start(() -> System.exit(CONFIGURATION_ERROR));
            }
        } catch (IOException e) {
            LOG.error("event=config-unreadable reason=\"{}\"", e.toString());
        }
    }

    private void configureNewcomers() {
        try {
            settings.again();
        } catch (IOException e) {
            LOG.error("event=config-unreadable reason=\"{}\"", e.toString());
        }
    }

    @Deactivate
    void close() {
        closing.countDown();
        registrations.forEach(ServiceRegistration::unregister);
    }
}
