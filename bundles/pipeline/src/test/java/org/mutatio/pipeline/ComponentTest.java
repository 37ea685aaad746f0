package org.mutatio.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.pipeline.FilterPins;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.policy.FilterSettings;
import org.mutatio.api.policy.Policies;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.mutatio.sdk.mail.Peer;
import org.mutatio.sdk.reply.Reply;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.ConfigurationAdmin;

class ComponentTest {

    /// What the launcher's class path and the bundles `sdk` and `api` give in the distribution.
    private static final String SHARED = String.join(
            ",",
            "org.slf4j;version=2.0.20",
            "org.osgi.service.cm;version=1.6.1",
            "org.mutatio.sdk.filter;version=0.9.0",
            "org.mutatio.sdk.mail;version=0.9.0",
            "org.mutatio.sdk.reply;version=0.9.0",
            "org.mutatio.sdk.settings;version=0.9.0",
            "org.mutatio.sdk.health;version=0.9.0",
            "org.mutatio.sdk.policy;version=0.9.0",
            "org.mutatio.api.accounts;version=0.9.0",
            "org.mutatio.api.admin;version=0.9.0",
            "org.mutatio.api.deploy;version=0.9.0",
            "org.mutatio.api.metrics;version=0.9.0",
            "org.mutatio.api.pipeline;version=0.9.0",
            "org.mutatio.api.policy;version=0.9.0",
            "org.mutatio.api.store;version=0.9.0",
            "org.mutatio.api.trace;version=0.9.0");

    @TempDir
    Path cache;

    private static void install(BundleContext context, Class<?> ofBundle) throws Exception {
        Path place = Path.of(
                ofBundle.getProtectionDomain().getCodeSource().getLocation().toURI());
        context.installBundle((Files.isDirectory(place) ? "reference:" : "") + place.toUri());
    }

    private static <T> T service(BundleContext context, Class<T> type) throws Exception {
        return service(context, type, _ -> true);
    }

    /// @param wanted which of several: what a framework gives first is its own affair
    private static <T> T service(BundleContext context, Class<T> type, Predicate<T> wanted) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < end) {
            // all: the framework does not judge which classes the class path of a test sees
            var references = context.getAllServiceReferences(type.getName(), null);
            for (int i = 0; references != null && i < references.length; i++) {
                T service = type.cast(context.getService(references[i]));
                if (service != null && wanted.test(service)) {
                    return service;
                }
            }
            TimeUnit.MILLISECONDS.sleep(5); // a fact is waited for, with a deadline
        }
        throw new AssertionError("no " + type.getName() + " came");
    }

    private static final class Greeter implements Filter {
        @Override
        public Decision connect(Peer peer, FilterContext context) {
            return Decision.reject(Reply.of(554, "5.7.1", "not today"));
        }
    }

    @Test
    void allIsGivenAndAFilterIsBoundByItsProperties() throws Exception {
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of(
                        "org.osgi.framework.storage",
                        cache.toString(),
                        "org.osgi.framework.system.packages.extra",
                        SHARED,
                        "felix.log.level",
                        "1"));
        framework.start();
        try {
            BundleContext context = framework.getBundleContext();
            install(context, org.osgi.service.component.ComponentContext.class);
            install(context, org.osgi.util.promise.Promise.class);
            install(context, org.osgi.util.function.Function.class);
            install(context, org.apache.felix.cm.PersistenceManager.class);
            install(context, Class.forName("org.apache.felix.scr.info.ScrInfo"));
            install(context, PipelineComponent.class);
            for (Bundle bundle : context.getBundles()) {
                bundle.start();
                assertEquals(Bundle.ACTIVE, bundle.getState(), bundle.getSymbolicName());
            }
            service(context, ConfigurationAdmin.class)
                    .getConfiguration("org.mutatio.pipeline", "?")
                    .update(org.osgi.framework.FrameworkUtil.asDictionary(Map.of("deadline", "90 s")));

            Pipeline pipeline = service(context, Pipeline.class);
            assertNotNull(service(context, FilterPins.class));
            assertNotNull(service(context, Drainable.class));
            assertNotNull(service(context, MeterSource.class));
            assertEquals(
                    Health.State.WARNING,
                    service(context, HealthProbe.class).probe().state());
            Action list = service(context, Action.class, action -> action.name().equals("filters list"));

            Policies policies = new EmptyPolicies();
            context.registerService(Policies.class, policies, org.osgi.framework.FrameworkUtil.asDictionary(Map.of()));
            ServiceRegistration<Filter> filter = context.registerService(
                    Filter.class,
                    new Greeter(),
                    org.osgi.framework.FrameworkUtil.asDictionary(Map.of(
                            "filter.name",
                            "greeter",
                            "filter.stage",
                            new String[] {"CONNECT"},
                            "filter.phase",
                            "ACCESS")));
            assertEquals(
                    List.of("greeter"), service(context, FilterSettings.class).filters());
            SessionFacts facts = new SessionFacts(
                    "s1",
                    "mx",
                    new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4000),
                    Optional::empty,
                    Optional::empty,
                    Optional::empty,
                    () -> "SMTP",
                    "mx.example.com");
            Optional<Reply> greeting = pipeline.open(facts).connect();
            assertTrue(greeting.orElseThrow().text().startsWith("not today ("), greeting.toString());
            String text = list.run(new ActionCall("token", Map.of(), _ -> {})).text();
            assertTrue(text.startsWith("greeter ") && text.contains("calls=1 faults=0"), text);

            filter.unregister();
            assertEquals(List.of(), service(context, FilterSettings.class).filters());
            assertEquals(Optional.empty(), pipeline.open(facts).connect());
        } finally {
            framework.stop();
            framework.waitForStop(10_000);
        }
    }
}
