package org.mutatio.deployer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.mutatio.api.deploy.Live;
import org.mutatio.deployer.config.Configurations;
import org.mutatio.deployer.deployment.LiveTable;
import org.mutatio.toml.Problem;
import org.mutatio.toml.TomlFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The only one that installs bundles and the only caller of ConfigAdmin.
@Component(
        immediate = true,
        service = {})
public final class DeployerComponent {
    private static final Logger LOG = LoggerFactory.getLogger(DeployerComponent.class);

    private final BundleContext context;
    private final ConfigurationAdmin configAdmin;
    private final LiveTable table = new LiveTable();

    @Activate
    public DeployerComponent(BundleContext context, @Reference ConfigurationAdmin configAdmin) {
        this.context = context;
        this.configAdmin = configAdmin;
        context.registerService(Live.class, table, null);
        Thread.ofPlatform().name("mutatio-deployer").start(this::begin);
    }

    private void begin() {
        try {
            List<Bundle> bundles = install();
            context.getBundle(0).adapt(FrameworkWiring.class).resolveBundles(bundles);
            configure();
            for (Bundle bundle : bundles) {
                if (bundle.getHeaders().get("Fragment-Host") == null) {
                    start(bundle);
                }
            }
            LOG.info("event=started bundles={}", bundles.size());
        } catch (IOException e) {
            LOG.error("event=start-failed reason=\"{}\"", e.toString());
        }
    }

    private static void start(Bundle bundle) {
        try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException | RuntimeException | LinkageError e) {
            LOG.error("event=bundle-failed bundle={} reason=\"{}\"", bundle.getSymbolicName(), e.getMessage(), e);
        }
    }

    private List<Bundle> install() throws IOException {
        Path system = Path.of(context.getProperty("mutatio.distribution"), "system");
        List<Path> jars;
        try (Stream<Path> all = Files.list(system)) {
            jars = all.filter(jar -> jar.toString().endsWith(".jar")).sorted().toList();
        }
        List<Bundle> bundles = new ArrayList<>();
        for (Path jar : jars) {
            try {
                Bundle bundle = context.installBundle("reference:" + jar.toUri().toURL());
                table.switchTo(bundle.getSymbolicName(), bundle.getBundleId());
                bundles.add(bundle);
            } catch (BundleException e) {
                LOG.error("event=install-failed jar={} reason=\"{}\"", jar, e.getMessage());
            }
        }
        return bundles;
    }

    private void configure() throws IOException {
        List<Problem> problems = new ArrayList<>();
        Configurations configurations = Configurations.of(
                TomlFile.parse(
                        Path.of(context.getProperty("mutatio.home"), "config", "mutatio.toml"), "config/mutatio.toml"),
                problems);
        problems.forEach(problem -> LOG.error("event=config-invalid {}", problem));
        for (Bundle bundle : context.getBundles()) {
            String name = bundle.getSymbolicName();
            if (name != null
                    && name.startsWith("org.mutatio.")
                    && !configurations.single().containsKey(name)) {
                configAdmin.getConfiguration(name, "?").update(FrameworkUtil.asDictionary(Map.of()));
            }
        }
        for (var single : configurations.single().entrySet()) {
            Map<String, Object> values = new LinkedHashMap<>(single.getValue().values());
            configAdmin.getConfiguration(single.getKey(), "?").update(FrameworkUtil.asDictionary(values));
        }
        for (var factory : configurations.factories().entrySet()) {
            for (var one : factory.getValue().entrySet()) {
                configAdmin
                        .getFactoryConfiguration(factory.getKey(), one.getKey(), "?")
                        .update(FrameworkUtil.asDictionary(one.getValue().values()));
            }
        }
    }
}
