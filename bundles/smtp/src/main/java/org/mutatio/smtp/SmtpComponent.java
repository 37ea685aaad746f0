package org.mutatio.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.mutatio.api.deploy.Drainable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.metrics.MeterSource;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.current.Current;
import org.mutatio.net.Connection;
import org.mutatio.net.ConnectionHandler;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.Durations;
import org.mutatio.smtp.protocol.Leniency;
import org.mutatio.smtp.protocol.Networks;
import org.mutatio.smtp.session.BareLineEnds;
import org.mutatio.smtp.session.Pace;
import org.mutatio.smtp.session.SelfTalk;
import org.mutatio.smtp.session.ServerSettings;
import org.mutatio.smtp.session.SmtpServer;
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

/// Speaks SMTP on the connections that `ports` hands over; role and limits come with [Connection#listener].
@Component(
        service = {ConnectionHandler.class, HealthProbe.class, Drainable.class, MeterSource.class},
        configurationPid = "org.mutatio.smtp",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        property = ConnectionHandler.PROTOCOL + "=smtp")
@Designate(ocd = SmtpConfig.class)
public final class SmtpComponent implements ConnectionHandler, HealthProbe, Drainable, MeterSource {
    private final Current<Pipeline> pipeline = new Current<>(Pipeline.class);
    private final Current<Sasl> sasl = new Current<>(Sasl.class);
    private final Meters meters = new Meters();
    private final ServerSettings settings;
    private final SmtpServer server;

    @Activate
    public SmtpComponent(SmtpConfig config, BundleContext context) {
        settings = settings(config, context.getBundle().getVersion().toString());
        server = new SmtpServer(settings, pipeline::lend, sasl::now, meters, InstantSource.system(), System::nanoTime);
    }

    static ServerSettings settings(SmtpConfig config, String version) {
        return new ServerSettings(
                config.hostName().isBlank() ? ownName() : config.hostName().strip(),
                DataSize.parse(config.messageSize()),
                config.recipients(),
                positive("submission-recipients", config.submissionRecipients()),
                positive("error-limit", config.errorLimit()),
                positive("junk-limit", config.junkLimit()),
                Networks.of(List.of(config.xclient())),
                tolerated(config.strict()),
                bareLineEnds(config.bareLineEnds()),
                new Pace(
                        duration("command-timeout", config.commandTimeout()),
                        Pace.DEFAULT.line(),
                        duration("session-timeout", config.sessionTimeout()),
                        positive("data-rate", config.dataRate()),
                        duration("data-grace", config.dataGrace()),
                        duration("message-timeout", config.messageTimeout()),
                        Pace.DEFAULT.handOver()),
                version);
    }

    private static String ownName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (IOException _) {
            return "localhost";
        }
    }

    private static int positive(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("[smtp] " + key + " = " + value + ": must be at least 1");
        }
        return value;
    }

    private static Duration duration(String key, String text) {
        Duration duration = Durations.parse(text);
        if (duration.isZero()) {
            throw new IllegalArgumentException("[smtp] " + key + " = \"" + text + "\": must be more, such as \"30 s\"");
        }
        return duration;
    }

    private static BareLineEnds bareLineEnds(String text) {
        return switch (text) {
            case "refuse" -> BareLineEnds.REFUSE;
            case "normalise" -> BareLineEnds.NORMALISE;
            default ->
                throw new IllegalArgumentException(
                        "[smtp] bare-line-ends = \"" + text + "\": must be \"refuse\" or \"normalise\"");
        };
    }

    private static Set<Leniency> tolerated(String[] strict) {
        EnumSet<Leniency> tolerated = EnumSet.allOf(Leniency.class);
        for (String name : strict) {
            Leniency off = Arrays.stream(Leniency.values())
                    .filter(leniency -> word(leniency).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("[smtp] strict: \"" + name + "\" is none of "
                            + Arrays.stream(Leniency.values())
                                    .map(SmtpComponent::word)
                                    .toList()));
            tolerated.remove(off);
        }
        return tolerated;
    }

    private static String word(Leniency leniency) {
        return leniency.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public void handle(Connection connection) throws IOException {
        server.handle(connection);
    }

    @Override
    public Health probe() {
        return SelfTalk.probe(settings);
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
    void bindPipeline(Pipeline arriving, ServiceReference<Pipeline> from) {
        pipeline.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindPipeline(Pipeline leaving) {
        pipeline.leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSasl(Sasl arriving, ServiceReference<Sasl> from) {
        sasl.arrive(
                arriving, from.getBundle().getSymbolicName(), from.getBundle().getBundleId());
    }

    void unbindSasl(Sasl leaving) {
        sasl.leave(leaving);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindLive(Live table) {
        pipeline.follow(table);
        sasl.follow(table);
    }

    void unbindLive(Live table) {
        pipeline.unfollow(table);
        sasl.unfollow(table);
    }
}
