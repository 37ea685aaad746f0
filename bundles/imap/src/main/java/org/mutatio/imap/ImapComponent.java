package org.mutatio.imap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.trace.Traces;
import org.mutatio.imap.session.Greeting;
import org.mutatio.imap.session.ImapServer;
import org.mutatio.imap.session.ImapSettings;
import org.mutatio.net.Connection;
import org.mutatio.net.ConnectionHandler;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.Durations;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/// Speaks IMAP on the connections that `ports` hands over. What is behind it is [ImapServer].
@Component(
        configurationPid = "org.mutatio.imap",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = {ConnectionHandler.class, HealthProbe.class, Drainable.class, MeterSource.class},
        property = ConnectionHandler.PROTOCOL + "=imap")
@Designate(ocd = ImapConfig.class)
public final class ImapComponent implements ConnectionHandler, HealthProbe, Drainable, MeterSource {
    private final ImapServer.Services services = ImapServer.Services.empty();
    private final Meters meters = new Meters();
    private final ImapServer server;

    @Activate
    public ImapComponent(ImapConfig config, BundleContext context) {
        this.server = new ImapServer(
                services,
                settings(config),
                InstantSource.system(),
                new SecureRandom(),
                meters,
                context.getBundle().getVersion().toString());
    }

    static ImapSettings settings(ImapConfig config) {
        Duration idle = Durations.parse(config.idleTimeout());
        if (idle.compareTo(Duration.ofMinutes(30)) < 0) {
            throw new IllegalArgumentException(
                    "idle-timeout is " + config.idleTimeout() + ", RFC 9051 section 5.4 wants 30 m at least");
        }
        return new ImapSettings(
                DataSize.parse(config.messageSize()),
                Durations.parse(config.loginTimeout()),
                idle,
                Durations.parse(config.searchTime()),
                config.filterAppend());
    }

    @Override
    public void handle(Connection connection) throws IOException {
        server.handle(connection);
    }

    @Override
    public boolean resumes(ByteBuffer state) {
        return server.resumes(state);
    }

    @Override
    public void resume(Connection connection, ByteBuffer state) throws IOException {
        server.resume(connection, state);
    }

    @Override
    public Health probe() {
        return Greeting.probe(server);
    }

    @Override
    public int drain(Instant deadline) {
        return server.drain(deadline);
    }

    @Override
    public List<Sample> samples() {
        return meters.samples();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindStore(MailStore arriving, ServiceReference<MailStore> from) {
        services.store()
                .arrive(
                        arriving,
                        from.getBundle().getSymbolicName(),
                        from.getBundle().getBundleId());
    }

    void unbindStore(MailStore leaving) {
        services.store().leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSasl(Sasl arriving, ServiceReference<Sasl> from) {
        services.sasl()
                .arrive(
                        arriving,
                        from.getBundle().getSymbolicName(),
                        from.getBundle().getBundleId());
    }

    void unbindSasl(Sasl leaving) {
        services.sasl().leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindPolicies(Policies arriving, ServiceReference<Policies> from) {
        services.policies()
                .arrive(
                        arriving,
                        from.getBundle().getSymbolicName(),
                        from.getBundle().getBundleId());
    }

    void unbindPolicies(Policies leaving) {
        services.policies().leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindTraces(Traces arriving, ServiceReference<Traces> from) {
        services.traces()
                .arrive(
                        arriving,
                        from.getBundle().getSymbolicName(),
                        from.getBundle().getBundleId());
    }

    void unbindTraces(Traces leaving) {
        services.traces().leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAppends(Appends arriving, ServiceReference<Appends> from) {
        services.appends()
                .arrive(
                        arriving,
                        from.getBundle().getSymbolicName(),
                        from.getBundle().getBundleId());
    }

    void unbindAppends(Appends leaving) {
        services.appends().leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindLive(Live arriving) {
        services.follow(arriving);
    }

    void unbindLive(Live leaving) {
        services.unfollow(leaving);
    }
}
