package org.mutatio.deployer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.pipeline.FilterPins;
import org.mutatio.deployer.deployment.Framework;
import org.mutatio.deployer.deployment.RefusedException;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// [Framework] over OSGi and Declarative Services.
final class OsgiFramework implements Framework {

    private static final Logger LOG = LoggerFactory.getLogger(OsgiFramework.class);

    private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final BundleContext context;
    private final ServiceComponentRuntime components;
    private final InstantSource clock;

    OsgiFramework(BundleContext context, ServiceComponentRuntime components, InstantSource clock) {
        this.context = context;
        this.components = components;
        this.clock = clock;
    }

    @Override
    public long install(Path jar) throws RefusedException {
        try {
            String location = "reference:" + jar.toUri().toURL();
            // A framework has each location once, and would give us the bundle that is there.
            Bundle left = context.getBundle(location);
            if (left != null) {
                remove(left.getBundleId());
                if (context.getBundle(location) != null) {
                    throw new RefusedException(
                            "an earlier attempt with the same jar hangs and cannot be removed: restart the server");
                }
            }
            return context.installBundle(location).getBundleId();
        } catch (BundleException | IOException e) {
            throw new RefusedException("the framework does not take it: " + e.getMessage());
        }
    }

    private @Nullable Bundle bundle(long id) {
        return context.getBundle(id);
    }

    private Bundle known(long id) throws RefusedException {
        Bundle bundle = bundle(id);
        if (bundle == null) {
            throw new RefusedException("bundle " + id + " is not there any more");
        }
        return bundle;
    }

    @Override
    public Optional<String> resolve(long id) {
        Bundle bundle = bundle(id);
        if (bundle == null) {
            return Optional.of("it is not installed");
        }
        if (context.getBundle(0).adapt(FrameworkWiring.class).resolveBundles(List.of(bundle))) {
            return Optional.empty();
        }
        try {
            // A start of one that does not resolve says why.
            bundle.start(Bundle.START_TRANSIENT);
            return Optional.empty();
        } catch (BundleException e) {
            return Optional.of(Plain.resolution(String.valueOf(e.getMessage())));
        }
    }

    @Override
    public void start(long id, Duration deadline) throws RefusedException {
        Bundle bundle = known(id);
        if (isFragment(bundle)) {
            return;
        }
        run("start", deadline, () -> {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
            callUp(bundle);
        });
    }

    @Override
    public void stop(long id, Duration deadline) throws RefusedException {
        Bundle bundle = bundle(id);
        if (bundle != null) { // one that is gone is stopped
            run("stop", deadline, bundle::stop);
        }
    }

    private static boolean isFragment(Bundle bundle) {
        return bundle.getHeaders().get("Fragment-Host") != null;
    }

    private interface Step {
        void run() throws BundleException;
    }

    /// On a thread that is given up at the deadline: a constructor that hangs must not hang us.
    private static void run(String what, Duration deadline, Step step) throws RefusedException {
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        Thread _ = Thread.ofPlatform().daemon().name("mutatio-deploy-" + what).start(() -> {
            try {
                step.run();
            } catch (Throwable e) { // of somebody else's code, also a LinkageError
                failed.set(e);
            } finally {
                done.countDown();
            }
        });
        try {
            if (!done.await(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RefusedException("it did not " + what + " within " + deadline.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            throw new RefusedException("the deployer was interrupted");
        }
        Throwable why = failed.get();
        if (why != null) {
            Throwable root = why;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw new RefusedException("it failed to " + what + ": " + root);
        }
    }

    /// Delayed components are made at first use only: asking for each service once makes them, or shows
    /// that they cannot be.
    private void callUp(Bundle bundle) throws BundleException {
        ServiceReference<?>[] services = bundle.getRegisteredServices();
        if (services == null) {
            return;
        }
        for (ServiceReference<?> service : services) {
            if (service.getProperty("component.name") == null) {
                continue;
            }
            Object object = context.getService(service);
            if (object == null) {
                throw new BundleException("its component " + service.getProperty("component.name")
                        + " could not be made (its constructor or activate method threw; the log has the exception)");
            }
            context.ungetService(service);
        }
    }

    @Override
    public List<String> unsatisfied(long id) {
        Bundle bundle = bundle(id);
        if (bundle == null) {
            return List.of("it is not installed");
        }
        List<String> lines = new ArrayList<>();
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs(bundle)) {
            Collection<ComponentConfigurationDTO> configurations = components.getComponentConfigurationDTOs(component);
            for (ComponentConfigurationDTO configuration : configurations) {
                if (configuration.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE) {
                    for (UnsatisfiedReferenceDTO missing : configuration.unsatisfiedReferences) {
                        lines.add(component.name + " waits for a service " + type(component, missing.name)
                                + givers(type(component, missing.name)));
                    }
                } else if (configuration.state == ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION) {
                    lines.add(component.name + " waits for its configuration " + List.of(component.configurationPid));
                } else if (configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    lines.add(component.name + " could not be made: " + firstLine(configuration.failure));
                }
            }
        }
        return lines;
    }

    private static String firstLine(@Nullable String text) {
        if (text == null) {
            return "see the log";
        }
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static String type(ComponentDescriptionDTO component, String reference) {
        for (ReferenceDTO one : component.references) {
            if (one.name.equals(reference)) {
                return one.interfaceName;
            }
        }
        return reference;
    }

    /// Who could give a service: bundles with a component that offers it.
    private String givers(String type) {
        TreeSet<String> names = new TreeSet<>();
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            if (List.of(component.serviceInterfaces).contains(type)) {
                names.add(component.bundle.symbolicName);
            }
        }
        return names.isEmpty()
                ? ", which no installed bundle gives"
                : ", which " + String.join(" or ", names) + " could give";
    }

    @Override
    public List<String> broken(long id, Duration deadline) {
        Bundle bundle = bundle(id);
        List<String> broken = new ArrayList<>();
        if (bundle == null) {
            return List.of("it is not installed");
        }
        for (ServiceReference<HealthProbe> reference : services(HealthProbe.class, bundle)) {
            HealthProbe probe = context.getService(reference);
            if (probe == null) {
                broken.add("a probe could not be made");
                continue;
            }
            try {
                AtomicReference<@Nullable Health> health = new AtomicReference<>();
                run("answer its probe", deadline, () -> health.set(probe.probe()));
                Health answered = health.get();
                if (answered == null || answered.state() == Health.State.BROKEN) {
                    broken.add(answered == null ? "the probe answered nothing" : answered.reason());
                }
            } catch (RefusedException e) {
                broken.add(String.valueOf(e.getMessage()));
            } finally {
                context.ungetService(reference);
            }
        }
        return broken;
    }

    private <T> List<ServiceReference<T>> services(Class<T> type, Bundle bundle) {
        try {
            List<ServiceReference<T>> found = new ArrayList<>();
            for (ServiceReference<T> reference : context.getServiceReferences(type, null)) {
                if (bundle.equals(reference.getBundle())) {
                    found.add(reference);
                }
            }
            return found;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }

    @Override
    public int drain(long id, Duration deadline) {
        Bundle bundle = bundle(id);
        if (bundle == null) {
            return 0;
        }
        long end = System.nanoTime() + deadline.toNanos();
        int left = 0;
        for (ServiceReference<Drainable> reference : services(Drainable.class, bundle)) {
            Drainable drainable = context.getService(reference);
            if (drainable != null) {
                try {
                    Duration rest = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                    AtomicInteger work = new AtomicInteger();
                    // It gets a little longer than it was told: one that hangs must not keep our lock.
                    run(
                            "drain",
                            rest.plusSeconds(1),
                            () -> work.set(drainable.drain(clock.instant().plus(rest))));
                    left += work.get();
                } catch (RefusedException e) {
                    LOG.warn("event=drain-failed bundle={} reason=\"{}\"", bundle.getSymbolicName(), e.getMessage());
                    left++;
                } finally {
                    context.ungetService(reference);
                }
            }
        }
        int pins = pins(id);
        while (pins > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(5_000_000);
            pins = pins(id);
        }
        return left + pins;
    }

    private int pins(long bundle) {
        ServiceReference<FilterPins> reference = context.getServiceReference(FilterPins.class);
        FilterPins pins = reference == null ? null : context.getService(reference);
        if (pins == null) {
            return 0;
        }
        try {
            return pins.pins(bundle);
        } finally {
            context.ungetService(reference);
        }
    }

    @Override
    public boolean asks(long id) {
        return CALLERS.walk(frames -> frames.map(StackWalker.StackFrame::getDeclaringClass)
                .map(FrameworkUtil::getBundle)
                .anyMatch(caller -> caller != null && caller.getBundleId() == id));
    }

    @Override
    public void remove(long id) {
        Bundle bundle = bundle(id);
        if (bundle == null) {
            return;
        }
        try {
            run("stop", Duration.ofSeconds(5), () -> {
                bundle.stop();
                bundle.uninstall();
            });
        } catch (RefusedException e) {
            LOG.warn("event=bundle-not-removed bundle={} reason=\"{}\"", bundle.getSymbolicName(), e.getMessage());
            return;
        }
        refreshUnused();
    }

    /// Refreshes removed bundles that nobody is wired to, which frees their class loaders and touches nobody: this one,
    /// and those whose last user it was.
    private void refreshUnused() {
        FrameworkWiring wiring = context.getBundle(0).adapt(FrameworkWiring.class);
        Collection<Bundle> removed = wiring.getRemovalPendingBundles();
        List<Bundle> unused = new ArrayList<>();
        for (Bundle one : removed) {
            if (wiring.getDependencyClosure(List.of(one)).stream()
                    .allMatch(user -> user.getState() == Bundle.UNINSTALLED)) {
                unused.add(one);
            }
        }
        if (!unused.isEmpty()) {
            wiring.refreshBundles(unused);
        }
    }

    @Override
    public List<String> dependants(long id) {
        Bundle bundle = bundle(id);
        BundleWiring wiring = bundle == null ? null : bundle.adapt(BundleWiring.class);
        if (wiring == null) {
            return List.of();
        }
        TreeSet<String> names = new TreeSet<>();
        List<BundleWire> wires = wiring.getProvidedWires(null);
        if (wires != null) {
            for (BundleWire wire : wires) {
                Bundle requirer = wire.getRequirer().getBundle();
                if (!requirer.equals(bundle)) {
                    names.add(requirer.getSymbolicName());
                }
            }
        }
        return List.copyOf(names);
    }

    @Override
    public String state(long id) {
        Bundle bundle = bundle(id);
        if (bundle == null) {
            return "gone";
        }
        if (isFragment(bundle) && bundle.getState() == Bundle.RESOLVED) {
            return "active";
        }
        return switch (bundle.getState()) {
            case Bundle.ACTIVE, Bundle.STARTING -> "active";
            case Bundle.RESOLVED -> "stopped";
            case Bundle.INSTALLED -> "unresolved";
            default -> "state " + Integer.toString(bundle.getState()).toLowerCase(Locale.ROOT);
        };
    }

    @Override
    public Optional<String> exporter(String packageName) {
        for (Bundle bundle : context.getBundles()) {
            BundleWiring wiring = bundle.adapt(BundleWiring.class);
            if (wiring != null) {
                for (BundleCapability capability : wiring.getCapabilities("osgi.wiring.package")) {
                    if (packageName.equals(capability.getAttributes().get("osgi.wiring.package"))) {
                        return Optional.of(String.valueOf(bundle.getSymbolicName()));
                    }
                }
            }
        }
        return Optional.empty();
    }
}
