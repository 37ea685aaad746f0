package org.mutatio.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.pipeline.mail.FilterHarness;
import org.mutatio.pipeline.mail.SeenPeer;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterInfo;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.settings.InvalidSettingException;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingsBinder;

/// One filter, one message, one answer:
///
///     Outcome outcome = FilterTrial.of(new AttachmentLimit())
///             .settings("max = '1 MB'")
///             .to("ann@example.com")
///             .message(Path.of("src/test/resources/large.eml"));
///     assertEquals(552, outcome.reply().orElseThrow().code());
///
/// Without more words the mail comes from `bo@example.net` at `192.0.2.7` for `ann@example.com`, by the role `mx`, at
/// noon of 25 November 2026. Each run is a transaction of its own; the filter keeps what it keeps.
public final class FilterTrial {
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final byte[] NO_MESSAGE = "Subject: none\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Filter filter;
    private final Map<Class<?>, Object> facts = new LinkedHashMap<>();
    private SettingTable settings = SettingTable.EMPTY;
    private ReversePath sender = ReversePath.of(MailAddress.parse("bo@example.net"));
    private List<MailAddress> recipients = List.of(MailAddress.parse("ann@example.com"));
    private @Nullable Domain domain;
    private String address = "192.0.2.7";
    private String role = "mx";
    private String helo = "client.example.net";
    private Optional<MailAddress> account = Optional.empty();
    private Instant now = NOON;

    private FilterTrial(Filter filter) {
        this.filter = filter;
    }

    /// @throws IllegalArgumentException the filter lacks its [FilterInfo], so that a server would not know it
    public static FilterTrial of(Filter filter) {
        if (filter.getClass().getAnnotation(FilterInfo.class) == null) {
            throw new IllegalArgumentException(
                    filter.getClass().getName() + " has no @FilterInfo beside its @Component");
        }
        return new FilterTrial(filter);
    }

    /// `[filters.<name>]` of the policy, in TOML: `max = "20 MB"`.
    ///
    /// @throws IllegalArgumentException the policy would be refused with these words
    public FilterTrial settings(String toml) {
        return settings(SettingTexts.parse(toml));
    }

    /// The same as values: texts, numbers, booleans, lists and maps of such.
    ///
    /// @throws IllegalArgumentException the policy would be refused with these words
    public FilterTrial settings(Map<String, ?> values) {
        return settings(SettingTexts.table(values));
    }

    private FilterTrial settings(SettingTable table) {
        try {
            var _ = SettingsBinder.bind(filter.settings(), table);
        } catch (InvalidSettingException wrong) {
            throw new IllegalArgumentException(wrong.getMessage(), wrong);
        }
        this.settings = table;
        return this;
    }

    /// The envelope's sender; the empty text is the null reverse-path of bounces.
    public FilterTrial from(String sender) {
        this.sender = sender.isEmpty() ? ReversePath.NULL : ReversePath.of(MailAddress.parse(sender));
        return this;
    }

    /// The envelope's recipients; the first one's domain rules, unless [#domain] says otherwise.
    public FilterTrial to(String first, String... more) {
        var all = new ArrayList<MailAddress>();
        all.add(MailAddress.parse(first));
        Arrays.stream(more).map(MailAddress::parse).forEach(all::add);
        this.recipients = List.copyOf(all);
        return this;
    }

    /// The domain whose policy rules.
    public FilterTrial domain(String name) {
        this.domain = Domain.parse(name);
        return this;
    }

    /// The client's IP address.
    public FilterTrial client(String ipAddress) {
        this.address = ipAddress;
        return this;
    }

    public FilterTrial helo(String name) {
        this.helo = name;
        return this;
    }

    /// `mx`, `submission`, `lmtp`, `imap` or `api`.
    public FilterTrial role(String name) {
        this.role = name;
        return this;
    }

    /// By submission, logged in as that account, which is the sender too; its domain's policy rules.
    public FilterTrial submittedBy(String login) {
        MailAddress who = MailAddress.parse(login);
        this.account = Optional.of(who);
        this.sender = ReversePath.of(who);
        this.role = "submission";
        this.domain = who.domain();
        return this;
    }

    /// What the clock says.
    public FilterTrial at(Instant instant) {
        this.now = instant;
        return this;
    }

    /// A fact that a filter before this one left.
    public <T> FilterTrial fact(Class<T> type, T fact) {
        facts.put(type, fact);
        return this;
    }

    /// Stage MESSAGE with the message of a file; its lines may end with LF.
    ///
    /// @throws IOException the file cannot be read
    /// @throws Exception whatever the filter throws; on a server its `onFailure` would apply
    public Outcome message(Path eml) throws Exception {
        return message(Files.readAllBytes(eml));
    }

    /// The same with a text, sent as UTF-8.
    public Outcome message(String text) throws Exception {
        return message(text.getBytes(StandardCharsets.UTF_8));
    }

    public Outcome message(byte[] octets) throws Exception {
        return ask(Stage.MESSAGE, octets, (asked, mail, context) -> asked.message(mail, context));
    }

    /// Stage DELIVER for the first recipient.
    public Outcome deliver(String text) throws Exception {
        return ask(
                Stage.DELIVER,
                text.getBytes(StandardCharsets.UTF_8),
                (asked, mail, context) ->
                        asked.deliver(mail, mail.envelope().recipients().getFirst(), context));
    }

    /// Stage CONNECT.
    public Outcome connect() throws Exception {
        return ask(Stage.CONNECT, NO_MESSAGE, (asked, mail, context) -> asked.connect(mail.peer(), context));
    }

    /// Stage MAIL.
    public Outcome mail() throws Exception {
        return ask(
                Stage.MAIL,
                NO_MESSAGE,
                (asked, mail, context) ->
                        asked.mail(mail.peer(), mail.envelope().sender(), context));
    }

    /// Stage RCPT for the first recipient.
    public Outcome recipient() throws Exception {
        return ask(
                Stage.RCPT,
                NO_MESSAGE,
                (asked, mail, context) ->
                        asked.recipient(mail.peer(), mail.envelope(), recipients.getFirst(), context));
    }

    private Outcome ask(Stage stage, byte[] message, FilterHarness.Question question) throws Exception {
        FilterInfo info = filter.getClass().getAnnotation(FilterInfo.class);
        if (!List.of(info.stage()).contains(stage)) {
            throw new IllegalStateException("the filter does not name the stage " + stage
                    + " in its @FilterInfo: no server would ask it there");
        }
        FilterHarness harness = FilterHarness.of(message, InstantSource.fixed(now))
                .sender(sender)
                .recipients(recipients)
                .settings(settings)
                .peer(new SeenPeer(
                        "trial",
                        new InetSocketAddress(InetAddress.ofLiteral(address), 25252),
                        role,
                        Optional.of(helo),
                        Optional.empty(),
                        account));
        if (domain != null) {
            harness.domain(domain);
        }
        facts.forEach((type, fact) -> put(harness, type, fact));
        return Outcome.of(harness.ask(filter, question));
    }

    private static <T> void put(FilterHarness harness, Class<T> type, Object fact) {
        harness.fact(type, type.cast(fact));
    }
}
