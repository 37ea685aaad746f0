package org.mutatio.pipeline;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;
import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.pipeline.FilterPins;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.api.pipeline.Session;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.policy.FilterSettings;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.policy.Router;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.Traces;
import org.mutatio.current.Current;
import org.mutatio.pipeline.filters.FilterBook;
import org.mutatio.pipeline.filters.FilterEntry;
import org.mutatio.pipeline.gate.Gate;
import org.mutatio.pipeline.gate.Watchdog;
import org.mutatio.pipeline.transaction.Limits;
import org.mutatio.pipeline.transaction.MailPipeline;
import org.mutatio.pipeline.transaction.Network;
import org.mutatio.pipeline.transaction.Observers;
import org.mutatio.pipeline.transaction.Rehearsal;
import org.mutatio.pipeline.transaction.Services;
import org.mutatio.pipeline.transaction.VersionedRouter;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.mutatio.sdk.settings.Durations;
import org.mutatio.sdk.settings.SettingTable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/// Gives [Pipeline] and all that the deployer and the administrator want to know of filters.
@Component(configurationPid = "org.mutatio.pipeline", configurationPolicy = REQUIRE, immediate = true)
@Designate(ocd = PipelineConfig.class)
public final class PipelineComponent
        implements Pipeline,
                Appends,
                FilterSettings,
                FilterPins,
                Drainable,
                MeterSource,
                HealthProbe,
                FilterOverview,
                Rehearsals {

    private static final String PROBED = "org.mutatio.pipeline";

    private final InstantSource clock = InstantSource.system();
    private final Meters meters = new Meters();
    private final Watchdog watchdog = new Watchdog();
    private final Observers observers = new Observers(meters);
    private final FilterBook book = new FilterBook(clock);
    private final MailPipeline pipeline;

    private final Current<Policies> policies = new Current<>(Policies.class);
    private final Current<VersionedRouter> router = new Current<>(VersionedRouter.class);
    private final Current<MailStore> store = new Current<>(MailStore.class);
    private final Current<Traces> traces = new Current<>(Traces.class);
    /// By identity; guarded by itself.
    private final IdentityHashMap<Router, VersionedRouter> routers = new IdentityHashMap<>();

    /// @throws IllegalArgumentException a setting is wrong; names it with a good example
    @Activate
    public PipelineComponent(PipelineConfig config, BundleContext context) {
        Limits limits = limits(config);
        this.pipeline = new MailPipeline(
                new Services(policies, router, store, traces),
                book.table(),
                new Gate(meters, watchdog),
                observers,
                limits,
                meters,
                clock,
                new SecureRandom(),
                BundleVersion.of(context.getBundle()));
        meters.gauge("mutatio_transactions_open", pipeline::openTransactions);
        meters.gauge("mutatio_filters", () -> book.table().all().size());
    }

    static Limits limits(PipelineConfig config) {
        List<Network> networks = new ArrayList<>();
        for (String network : config.relayNetworks()) {
            networks.add(Network.parse(network));
        }
        return new Limits(
                Durations.parse(config.deadline()),
                networks,
                Durations.parse(config.queueLife()),
                Durations.parse(config.bounceLife()));
    }

    @Deactivate
    void deactivate() {
        watchdog.close();
        observers.close();
        book.close();
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindPolicies(Policies arriving, ServiceReference<Policies> from) {
        policies.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindPolicies(Policies leaving) {
        policies.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindRouter(Router arriving, ServiceReference<Router> from) {
        VersionedRouter versioned = new VersionedRouter(arriving, BundleVersion.of(from.getBundle()));
        synchronized (routers) {
            routers.put(arriving, versioned);
        }
        router.arrive(
                versioned, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindRouter(Router leaving) {
        VersionedRouter versioned;
        synchronized (routers) {
            versioned = routers.remove(leaving);
        }
        if (versioned != null) {
            router.leave(versioned);
        }
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindStore(MailStore arriving, ServiceReference<MailStore> from) {
        store.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindStore(MailStore leaving) {
        store.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindTraces(Traces arriving, ServiceReference<Traces> from) {
        traces.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindTraces(Traces leaving) {
        traces.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindFilter(Filter arriving, ServiceReference<Filter> from) {
        Bundle bundle = from.getBundle();
        FilterEntry.Origin origin = new FilterEntry.Origin(
                bundle.getSymbolicName(),
                bundle.getBundleId(),
                BundleVersion.of(bundle),
                bundle.adapt(BundleWiring.class).getClassLoader());
        book.arrive(arriving, from::getProperty, origin);
    }

    void unbindFilter(Filter leaving) {
        book.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindLive(Live arriving) {
        policies.follow(arriving);
        router.follow(arriving);
        store.follow(arriving);
        traces.follow(arriving);
        book.follow(arriving);
    }

    void unbindLive(Live leaving) {
        policies.unfollow(leaving);
        router.unfollow(leaving);
        store.unfollow(leaving);
        traces.unfollow(leaving);
        book.unfollow(leaving);
    }

    @Override
    public Session open(SessionFacts facts) {
        return pipeline.open(facts);
    }

    @Override
    public Appended append(Append append, Spool content, ByteBuffer summary)
            throws RefusedChangeException, StoreUnavailableException {
        return pipeline.append(append, content, summary);
    }

    @Override
    public Rehearsal.Result rehearse(Rehearsal.Attempt attempt) throws StoreUnavailableException {
        return pipeline.rehearse(attempt);
    }

    @Override
    public List<String> check(String filter, SettingTable settings) {
        return book.check(filter, settings);
    }

    @Override
    public List<String> filters() {
        return book.filters();
    }

    @Override
    public int pins(long bundleId) {
        return book.pins(bundleId);
    }

    @Override
    public int drain(Instant deadline) {
        return pipeline.drain(deadline);
    }

    @Override
    public List<Sample> samples() {
        return meters.samples();
    }

    @Override
    public List<FilterEntry> inOrder() {
        return book.table().all();
    }

    @Override
    public List<String> problems() {
        return book.table().problems();
    }

    /// Opens a session as a client would; worse news of filters are warnings, since mail flows without them.
    @Override
    public Health probe() {
        if (policies.now().isEmpty() || router.now().isEmpty() || store.now().isEmpty()) {
            return Health.warning("waits for " + missing() + "; mail is answered 451 until then");
        }
        List<String> news = new ArrayList<>(book.table().problems());
        for (FilterEntry filter : book.table().all()) {
            filter.openBreakers()
                    .keySet()
                    .forEach(domain -> news.add("breaker of " + filter.name() + " for " + domain + " is open"));
            filter.bulkhead()
                    .filter(bulkhead -> bulkhead.lost() > 0)
                    .ifPresent(bulkhead -> news.add(bulkhead.lost() + " threads of " + filter.name() + " are lost"));
        }
        return news.isEmpty()
                ? Health.ok(PROBED + ": " + book.table().all().size() + " filters, " + pipeline.openTransactions()
                        + " transactions")
                : Health.warning(String.join("; ", news));
    }

    private String missing() {
        List<String> names = new ArrayList<>();
        if (policies.now().isEmpty()) {
            names.add("Policies");
        }
        if (router.now().isEmpty()) {
            names.add("Router");
        }
        if (store.now().isEmpty()) {
            names.add("MailStore");
        }
        return String.join(", ", names);
    }
}
