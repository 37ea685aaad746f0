package org.mutatio.router;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;
import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.accounts.Accounts;
import org.mutatio.api.admin.Action;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.policy.FilterSettings;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.policy.Router;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.current.Current;
import org.mutatio.current.store.SteadyStore;
import org.mutatio.router.admin.AliasActions;
import org.mutatio.router.admin.DomainActions;
import org.mutatio.router.admin.PolicyActions;
import org.mutatio.router.folder.PolicyFolder;
import org.mutatio.router.folder.PolicyHistory;
import org.mutatio.router.folder.PolicyKeeper;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.FileSecrets;
import org.mutatio.router.policy.PolicyLoader;
import org.mutatio.router.routing.DomainRouter;
import org.mutatio.router.routing.RouteProviders;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.policy.RouteProvider;
import org.mutatio.sdk.settings.Durations;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives [Policies] and [Router], proves them by [HealthProbe], counts, and registers the actions `policy`, `domain`,
/// `alias`.
@Component(
        configurationPid = "org.mutatio.router",
        configurationPolicy = REQUIRE,
        immediate = true,
        service = {Policies.class, Router.class, HealthProbe.class, MeterSource.class})
@Designate(ocd = RouterConfig.class)
public final class RouterComponent implements Policies, Router, HealthProbe, MeterSource {

    private static final Logger LOG = LoggerFactory.getLogger(RouterComponent.class);

    private final Current<Accounts> accounts = new Current<>(Accounts.class);
    private final Current<FilterSettings> filters = new Current<>(FilterSettings.class);
    private final Current<MailStore> store = new Current<>(MailStore.class);
    private final Meters meters = new Meters();
    private final RouteProviders providers;
    private final PolicyKeeper keeper;
    private final DomainRouter router;
    private final String symbolicName;
    private final long bundleId;
    private final List<ServiceRegistration<Action>> actions = new ArrayList<>();
    private volatile Optional<Live> live = Optional.empty();

    @Activate
    public RouterComponent(RouterConfig config, BundleContext context) throws IOException {
        Path home =
                Path.of(Optional.ofNullable(context.getProperty("mutatio.home")).orElse("."));
        Path folder = home.resolve("config").resolve("domains");
        Files.createDirectories(folder);
        this.symbolicName = context.getBundle().getSymbolicName();
        this.bundleId = context.getBundle().getBundleId();
        this.providers = new RouteProviders(Durations.parse(config.providerDeadline()), InstantSource.system());
        this.keeper = new PolicyKeeper(
                new PolicyFolder(folder),
                new PolicyHistory(home.resolve("data").resolve("policy")),
                new PolicyLoader("config/domains", new FileSecrets(home.resolve("config"))),
                filters::now,
                this::deployed,
                InstantSource.system(),
                Durations.parse(config.settle()),
                Durations.parse(config.poll()));
        this.router = new DomainRouter(accounts::lend, providers, keeper::current);
        meters.gauge("mutatio_config_last_reload_success", () -> keeper.state().good() ? 1 : 0);
        meters.gauge(
                "mutatio_policy_set_version", () -> (double) keeper.current().version());
        meters.gauge("mutatio_policy_domains", () ->
                (double) keeper.current().domains().size());
        meters.gauge("mutatio_config_reloads_total", () -> (double) keeper.loads());
        keeper.start();
        Stream.of(
                        PolicyActions.all(keeper),
                        DomainActions.all(keeper, accounts::lend),
                        AliasActions.all(keeper, router))
                .flatMap(List::stream)
                .forEach(action -> actions.add(context.registerService(Action.class, action, null)));
    }

    @Deactivate
    void stop() throws IOException {
        actions.forEach(ServiceRegistration::unregister);
        keeper.close();
        providers.close();
    }

    /// A new set is told to the journal when it can be; nobody waits for that, and a staged bundle tells nothing.
    private void deployed(DomainPolicies set) {
        Optional<Live> table = live;
        if (table.isPresent() && !table.get().live(symbolicName, bundleId)) {
            return;
        }
        Thread.ofVirtual().name("policy-record").start(() -> {
            try {
                String summary = set.domains().size() + " domains";
                new SteadyStore(store).commit(new Change.PolicyDeployed(set.version(), set.sha256(), summary));
            } catch (RefusedChangeException | StoreUnavailableException | RuntimeException e) {
                LOG.warn("event=policy-not-recorded version={} reason=\"{}\"", set.version(), e.toString());
            }
        });
    }

    @Override
    public PolicySet current() {
        return keeper.current();
    }

    @Override
    public AutoCloseable listen(Runnable changed) {
        return keeper.listen(changed);
    }

    @Override
    public Routing route(PolicySet set, Question question) {
        Routing routing = router.route(set, question);
        String outcome = switch (routing) {
            case Routing.To _ -> "to";
            case Routing.Unknown _ -> "unknown";
            case Routing.Foreign _ -> "foreign";
            case Routing.Unavailable _ -> "unavailable";
            case Routing.Refused _ -> "refused";
        };
        meters.counter("mutatio_routings_total", "outcome", outcome).add();
        return routing;
    }

    @Override
    public Optional<String> mayNotSendAs(PolicySet set, Account account, MailAddress sender) {
        return router.mayNotSendAs(set, account, sender);
    }

    /// Decides a sample; tells what is wrong with the folder.
    @Override
    public Health probe() {
        DomainPolicies set = keeper.current();
        PolicyKeeper.State state = keeper.state();
        if (!set.good()) {
            return Health.broken("no good policy set: " + first(state) + "; all mail is answered 451");
        }
        if (!set.domains().isEmpty() && set.of(set.domains().getFirst()).isEmpty()) {
            return Health.broken("the policy set does not find its own first domain");
        }
        if (!state.good()) {
            return Health.warning("config/domains is not in force (version " + set.version() + " serves): "
                    + first(state) + "; see `mutatio policy check`");
        }
        if (!state.warnings().isEmpty()) {
            return Health.warning(state.warnings().getFirst().toString());
        }
        return set.domains().isEmpty()
                ? Health.warning("no domain is ours: add one with `mutatio domain add example.org`")
                : Health.ok("version " + set.version() + ", " + set.domains().size() + " domains");
    }

    private static String first(PolicyKeeper.State state) {
        int more = state.problems().size() - 1;
        return state.problems().isEmpty()
                ? "nothing was read"
                : state.problems().getFirst() + (more > 0 ? " (and " + more + " more)" : "");
    }

    @Override
    public List<Sample> samples() {
        return meters.samples();
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindAccounts(Accounts arriving, ServiceReference<Accounts> from) {
        accounts.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindAccounts(Accounts leaving) {
        accounts.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindFilterSettings(FilterSettings arriving, ServiceReference<FilterSettings> from) {
        filters.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindFilterSettings(FilterSettings leaving) {
        filters.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindMailStore(MailStore arriving, ServiceReference<MailStore> from) {
        store.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindMailStore(MailStore leaving) {
        store.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindRouteProvider(RouteProvider arriving, ServiceReference<RouteProvider> from) {
        String name = String.valueOf(from.getProperty(RouteProvider.NAME));
        providers.arrive(
                name,
                arriving,
                from.getBundle().getSymbolicName(),
                from.getBundle().getBundleId());
    }

    void unbindRouteProvider(RouteProvider leaving) {
        providers.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindLive(Live table, ServiceReference<Live> from) {
        live = Optional.of(table);
        accounts.follow(table);
        filters.follow(table);
        store.follow(table);
        providers.follow(table);
    }

    @SuppressWarnings("ReferenceEquality") // that very table leaves, whatever its equals says
    void unbindLive(Live table) {
        if (live.isPresent() && live.get() == table) {
            live = Optional.empty();
        }
        accounts.unfollow(table);
        filters.unfollow(table);
        store.unfollow(table);
        providers.unfollow(table);
    }
}
