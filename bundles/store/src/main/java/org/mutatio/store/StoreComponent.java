package org.mutatio.store;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.mutatio.api.admin.Action;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.queue.Queue;
import org.mutatio.api.state.States;
import org.mutatio.api.store.Leases;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.trace.Traces;
import org.mutatio.current.Current;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.Durations;
import org.mutatio.store.admin.ExplainAction;
import org.mutatio.store.admin.PortActions;
import org.mutatio.store.admin.QueueActions;
import org.mutatio.store.admin.StoreActions;
import org.mutatio.store.commit.Halt;
import org.mutatio.store.state.KeyedStates;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
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

/// Opens the store of the home and gives its services: mail store, queue, leases, traces, states.
///
/// They are registered only when the store is open and recovered, so whoever lends them finds it ready.
@Component(
        configurationPid = "org.mutatio.store",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = {})
@Designate(ocd = StoreConfig.class)
public final class StoreComponent {

    private static final Logger LOG = LoggerFactory.getLogger(StoreComponent.class);

    private final Current<Policies> policies = new Current<>(Policies.class);
    private final LocalStore store;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    @Activate
    public StoreComponent(StoreConfig config, BundleContext context) throws IOException {
        String home = context.getProperty("mutatio.home");
        if (home == null) {
            throw new IOException("the framework property mutatio.home is not set");
        }
        Meters meters = new Meters();
        store = open(Path.of(home).resolve("data"), config, meters);
        give(context, MailStore.class, store);
        give(context, Queue.class, store);
        give(context, Leases.class, store);
        give(context, Traces.class, store.traces());
        give(context, States.class, new KeyedStates(InstantSource.system()));
        give(context, MeterSource.class, meters);
        give(context, HealthProbe.class, this::probe);
        give(context, Drainable.class, (Instant _) -> 0);
        for (Action action : StoreActions.of(store)) {
            give(context, Action.class, action);
        }
        for (Action action : PortActions.of(store, this::quota, InstantSource.system(), new SecureRandom())) {
            give(context, Action.class, action);
        }
        for (Action action : QueueActions.of(store)) {
            give(context, Action.class, action);
        }
        give(context, Action.class, new ExplainAction(store.traces(), InstantSource.system()));
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindPolicies(Policies arriving, ServiceReference<Policies> from) {
        policies.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindPolicies(Policies leaving) {
        policies.leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindLive(Live arriving) {
        policies.follow(arriving);
    }

    void unbindLive(Live leaving) {
        policies.unfollow(leaving);
    }

    /// The account's own quota, else that of its domain's policy (`limits.quota`, where 0 means none).
    private OptionalLong quota(StoredAccount account) {
        if (account.quota().isPresent()) {
            return account.quota();
        }
        return policies.now()
                .flatMap(now ->
                        now.current().of(MailAddress.parse(account.address()).domain()))
                .map(policy -> policy.size("limits.quota").octets())
                .filter(octets -> octets > 0)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    /// What the framework makes of our exception is in no log of ours, and without a store nothing is taken.
    private static LocalStore open(Path data, StoreConfig config, Meters meters) throws IOException {
        try {
            return LocalStore.open(data, settings(config), InstantSource.system(), StoreComponent::halt, meters);
        } catch (IOException | RuntimeException e) {
            LOG.error("event=store-not-opened folder={} reason=\"{}\"", data, e.toString(), e);
            throw e;
        }
    }

    private <T> void give(BundleContext context, Class<T> type, T service) {
        registrations.add(context.registerService(type, service, FrameworkUtil.asDictionary(Map.of())));
    }

    static LocalStore.Settings settings(StoreConfig config) {
        LocalStore.Settings defaults = LocalStore.Settings.defaults();
        return new LocalStore.Settings(
                DataSize.parse(config.segmentSize()).octets(),
                DataSize.parse(config.blobFrom()).octets(),
                defaults.spoolMemory(),
                DataSize.parse(config.checkpointAfter()).octets(),
                Durations.parse(config.trace_retention()),
                config.archive_folder().isBlank() ? Optional.empty() : Optional.of(Path.of(config.archive_folder())),
                Durations.parse(config.archive_rpo()));
    }

    private static void halt(String reason, Throwable cause) {
        LOG.error("event=halt exit={} reason=\"{}\" cause=\"{}\"", Halt.IO_ERROR, reason, cause.toString());
        Runtime.getRuntime().halt(Halt.IO_ERROR);
    }

    private Health probe() {
        LocalStore.Status status = store.status();
        if (status.readOnly()) {
            return Health.broken("read-only after three failed writes: run mutatio store verify, then restart");
        }
        if (status.problem().isPresent()) {
            return Health.warning(status.problem().get());
        }
        if (!status.damages().isEmpty()) {
            return Health.warning(status.damages().size() + " damaged places in the journal: run mutatio store verify");
        }
        return Health.ok("sequence " + status.sequence() + ", index at " + status.applied());
    }

    @Deactivate
    void close() throws IOException {
        registrations.forEach(ServiceRegistration::unregister);
        store.close();
    }
}
