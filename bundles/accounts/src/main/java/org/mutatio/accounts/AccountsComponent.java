package org.mutatio.accounts;

import static org.osgi.service.component.annotations.ConfigurationPolicy.REQUIRE;
import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.mutatio.accounts.admin.AccountActions;
import org.mutatio.accounts.brake.Brake;
import org.mutatio.accounts.brake.LocalStates;
import org.mutatio.accounts.directory.AccountDirectory;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.accounts.password.HashPool;
import org.mutatio.accounts.sasl.Login;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.accounts.Accounts;
import org.mutatio.api.admin.Action;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.api.state.StateMap;
import org.mutatio.api.state.States;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.current.Current;
import org.mutatio.current.store.SteadyStore;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
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

/// Gives [Accounts] and [Sasl], proves them by [HealthProbe], counts, and registers the actions `account`.
@Component(
        configurationPid = "org.mutatio.accounts",
        configurationPolicy = REQUIRE,
        immediate = true,
        service = {Accounts.class, Sasl.class, HealthProbe.class, MeterSource.class})
@Designate(ocd = AccountsConfig.class)
public final class AccountsComponent implements Accounts, Sasl, HealthProbe, MeterSource {

    private static final Logger LOG = LoggerFactory.getLogger(AccountsComponent.class);
    private static final Duration STORE_WAIT = Duration.ofSeconds(10);
    private static final Duration REFRESH = Duration.ofSeconds(5);
    private static final Duration HASH_WAIT = Duration.ofSeconds(12);

    private final Current<MailStore> store = new Current<>(MailStore.class);
    private final Current<Policies> policies = new Current<>(Policies.class);
    private final Current<States> states = new Current<>(States.class);
    private final SecureRandom random = new SecureRandom();
    private final StateMap local = new LocalStates(InstantSource.system());
    private final Meters meters = new Meters();
    private final AccountDirectory directory;
    private final HashPool pool;
    private final Login login;
    private final List<ServiceRegistration<Action>> actions = new ArrayList<>();
    private volatile boolean stopped;

    @Activate
    public AccountsComponent(AccountsConfig config, BundleContext context) {
        InstantSource clock = InstantSource.system();
        AccountsSettings settings =
                AccountsSettings.of(config, Runtime.getRuntime().maxMemory());
        Credentials credentials = new Credentials(settings.cost(), settings.scram(), settings.rounds(), random);
        this.directory = new AccountDirectory(() -> new SteadyStore(store, STORE_WAIT));
        this.pool = new HashPool(settings.threads(), settings.queue(), HASH_WAIT);
        byte[] brakeKey = new byte[32];
        random.nextBytes(brakeKey);
        Brake brake = new Brake(this::state, brakeKey, clock);
        this.login = new Login(
                directory,
                this::mainName,
                credentials,
                pool,
                brake,
                settings.cache(),
                random,
                clock,
                meters,
                AccountsComponent::pause);
        meters.gauge("mutatio_accounts", directory::size);
        meters.gauge("mutatio_hashes_waiting", pool::inside);
        for (Action action :
                AccountActions.all(directory, credentials, pool, brake, policies::lend, store::lend, clock)) {
            actions.add(context.registerService(Action.class, action, null));
        }
        Thread.ofVirtual().name("accounts-refresh").start(this::keepFresh);
    }

    @Deactivate
    void stop() {
        stopped = true;
        actions.forEach(ServiceRegistration::unregister);
        pool.close();
    }

    /// Counters outlive a swap in the store's map; without it they live here.
    private StateMap state() {
        return states.now().map(given -> given.map("accounts.brake")).orElse(local);
    }

    private Domain mainName(Domain domain) {
        return policies.now()
                .flatMap(given -> given.current().of(domain))
                .map(Policy::domain)
                .orElse(domain);
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) { // nobody of ours does that; keep the fact
            Thread.currentThread().interrupt();
        }
    }

    /// Sees what another version of this bundle or a restore changed; reading never takes more than a
    /// fiftieth of the time.
    private void keepFresh() {
        String complained = "";
        while (!stopped) {
            long begin = System.nanoTime();
            try {
                directory.refresh();
                complained = "";
            } catch (StoreUnavailableException e) { // who asks is told, and so is the probe
                LOG.debug("event=accounts-not-read reason=\"{}\"", e.toString());
            } catch (RuntimeException e) { // a fault of ours: told once, not each five seconds
                if (!complained.equals(e.toString())) {
                    LOG.error("event=accounts-not-read reason=\"{}\"", e, e);
                }
                complained = e.toString();
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begin).multipliedBy(50);
            Duration rest = !directory.loaded() || took.compareTo(REFRESH) < 0 ? REFRESH : took;
            for (long left = rest.toMillis(); left > 0 && !stopped; left -= 500) {
                pause(Duration.ofMillis(500));
            }
        }
    }

    @Override
    public Optional<Account> find(MailAddress address) throws StoreUnavailableException {
        return directory.find(address);
    }

    @Override
    public List<Account> list(Optional<Domain> domain) throws StoreUnavailableException {
        return directory.list(domain);
    }

    @Override
    public List<String> mechanisms(Channel channel) {
        return login.mechanisms(channel);
    }

    @Override
    public Optional<SaslExchange> begin(String mechanism, Channel channel) {
        return login.begin(mechanism, channel);
    }

    @Override
    public SaslStep login(String name, String password, Channel channel) {
        return login.login(name, password, channel);
    }

    /// Reads the accounts.
    @Override
    public Health probe() {
        try {
            directory.refresh();
            return directory.size() == 0
                    ? Health.warning("no account yet: `mutatio account add ann@example.org`")
                    : Health.ok(directory.size() + " accounts");
        } catch (StoreUnavailableException e) {
            return Health.broken("the accounts cannot be read: " + e.getMessage());
        }
    }

    @Override
    public List<Sample> samples() {
        return meters.samples();
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
    void bindPolicies(Policies arriving, ServiceReference<Policies> from) {
        policies.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindPolicies(Policies leaving) {
        policies.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindStates(States arriving, ServiceReference<States> from) {
        states.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindStates(States leaving) {
        states.leave(leaving);
    }

    @Reference(cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
    void bindLive(Live table) {
        store.follow(table);
        policies.follow(table);
        states.follow(table);
    }

    void unbindLive(Live table) {
        store.unfollow(table);
        policies.unfollow(table);
        states.unfollow(table);
    }
}
