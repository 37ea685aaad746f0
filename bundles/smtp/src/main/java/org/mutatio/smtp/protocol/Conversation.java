package org.mutatio.smtp.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.reply.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers commands: one client's SMTP, submission or LMTP; RFC 5321, RFC 6409, RFC 2033. Moves no octet.
///
/// It asks the pipeline, and for log-ins SASL; what needs the connection is a [Turn] for the caller to do. Used by
/// one thread. Replies with 5xx count as errors, commands that move no mail as junk; both end in 421.
public final class Conversation {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

    /// As announced with FUTURERELEASE; RFC 4865 section 4.
    static final Duration LONGEST_HOLD = Duration.ofDays(30);

    /// RFC 5321 section 4.5.3.1.5 without code, status, blanks and CR LF: `550 5.999.999 `.
    private static final int LONGEST_TEXT = 512 - "550 5.999.999 ".length() - 2;

    private static final String ACTOR = "org.mutatio.smtp";

    /// What is valid now.
    private sealed interface State {

        /// Nobody said hello, or it was forgotten (STARTTLS, XCLIENT).
        record Fresh() implements State {}

        record Greeted(Command.Hello hello) implements State {}

        /// From MAIL to the final reply.
        ///
        /// @param chunking BDAT began: no MAIL, RCPT or DATA now; RFC 3030 section 2
        record Open(Command.Hello hello, Transaction transaction, MailParameters parameters, boolean chunking)
                implements State {}
    }

    private static final State FRESH = new State.Fresh();

    private final Role role;
    private final Terms terms;
    private final Link link;
    private final Supplier<Optional<Sasl>> sasl;
    private final InstantSource clock;
    private final LiveSession session;

    private State state = FRESH;
    private InetSocketAddress client;
    private @Nullable Account account;
    private int errors;
    private int junk;

    /// @param pipeline waits for the live one and throws AbsentServiceException when none comes
    /// @param sasl the live one, if there is one
    public Conversation(
            Role role,
            Terms terms,
            Link link,
            Supplier<Pipeline> pipeline,
            Supplier<Optional<Sasl>> sasl,
            InstantSource clock) {
        this.role = role;
        this.terms = terms;
        this.link = link;
        this.sasl = sasl;
        this.clock = clock;
        this.client = link.remote();
        this.session = new LiveSession(pipeline, facts());
    }

    private SessionFacts facts() {
        return new SessionFacts(
                link.id(),
                role.word(),
                client,
                () -> hello().map(Command.Hello::name),
                () -> link.tls().map(tls -> tls.protocol() + " " + tls.cipher()),
                () -> Optional.ofNullable(account),
                this::protocol,
                terms.hostName());
    }

    private Optional<Command.Hello> hello() {
        return switch (state) {
            case State.Fresh _ -> Optional.empty();
            case State.Greeted greeted -> Optional.of(greeted.hello());
            case State.Open open -> Optional.of(open.hello());
        };
    }

    /// The word for the Received line; RFC 3848, RFC 6531 section 4.3.
    private String protocol() {
        Verb verb = hello().map(Command.Hello::verb).orElse(Verb.EHLO);
        boolean utf8 = state instanceof State.Open open && open.parameters().smtpUtf8();
        String security = (link.tls().isPresent() ? "S" : "") + (account == null ? "" : "A");
        if (role == Role.LMTP) {
            return (utf8 ? "UTF8LMTP" : "LMTP") + security;
        }
        if (utf8) {
            return "UTF8SMTP" + security;
        }
        // RFC 3848 knows no SMTPS: who is encrypted or logged in has said EHLO before.
        return verb == Verb.HELO && security.isEmpty() ? "SMTP" : "ESMTP" + security;
    }

    /// The connection is there.
    ///
    /// @return what replaces the greeting; empty: greet
    public Optional<Reply> connect() {
        return session.connect();
    }

    /// The client's address, after XCLIENT the one named there.
    public InetSocketAddress client() {
        return client;
    }

    public Role role() {
        return role;
    }

    /// What EHLO offers now; parameters of other extensions are unknown.
    public Set<Extension> offered() {
        if (hello().map(hello -> hello.verb() == Verb.HELO).orElse(true)) {
            return Set.of();
        }
        return offer();
    }

    private Set<Extension> offer() {
        EnumSet<Extension> offer = EnumSet.allOf(Extension.class);
        boolean encrypted = link.tls().isPresent();
        if (encrypted || !link.startTls()) {
            offer.remove(Extension.STARTTLS);
        }
        if (!encrypted) {
            offer.remove(Extension.REQUIRETLS); // RFC 8689 section 2
        }
        if (role != Role.SUBMISSION) {
            offer.removeAll(EnumSet.of(Extension.AUTH, Extension.FUTURERELEASE, Extension.DELIVERBY));
        }
        if (role == Role.LMTP) {
            offer.remove(Extension.PRDR); // LMTP answers each recipient anyway
        }
        if (!terms.xclient().contains(link.remote().getAddress())) {
            offer.remove(Extension.XCLIENT);
        }
        return Collections.unmodifiableSet(offer);
    }

    /// The transaction that is open now.
    public Optional<Transaction> transaction() {
        return state instanceof State.Open open ? Optional.of(open.transaction()) : Optional.empty();
    }

    /// Whether texts to this client may hold more than ASCII; RFC 6531 section 3.7.4.2.
    public boolean smtpUtf8() {
        return state instanceof State.Open open && open.parameters().smtpUtf8();
    }

    /// @throws org.mutatio.current.AbsentServiceException the pipeline is away: 451 4.3.0, nothing changed
    public Turn answer(Command command) {
        if (errors >= terms.errors()) {
            return new Turn.Farewell(Reply.of(421, "4.7.0", "too many errors"));
        }
        if (junk >= terms.junk()) {
            return new Turn.Farewell(Reply.of(421, "4.7.0", "too many commands without mail"));
        }
        Turn turn = switch (command) {
            case Command.Hello hello -> greet(hello);
            case Command.Mail mail -> mail(mail);
            case Command.Recipient recipient -> recipient(recipient);
            case Command.Data _ -> data();
            case Command.Chunk chunk -> chunk(chunk);
            case Command.Reset _ -> reset();
            case Command.Noop _ -> junk(Reply.of(250, "2.0.0", "ok"));
            case Command.Quit _ -> new Turn.Farewell(Reply.of(221, "2.0.0", terms.hostName() + " closing"));
            case Command.Help _ -> junk(Reply.of(214, "2.0.0", "RFC 5321; ask the postmaster of " + terms.hostName()));
            // RFC 5321 section 7.3: no names are given away.
            case Command.Verify _ -> junk(Reply.of(252, "2.0.0", "send mail, and we shall try"));
            case Command.Refrain refrain -> junk(Reply.of(502, "5.5.1", refrain.verb() + " is not done here"));
            case Command.StartTls _ -> startTls();
            case Command.Authenticate authenticate -> authenticate(authenticate);
            case Command.XClient xclient -> xclient(xclient);
            case Command.Malformed malformed -> malformed(malformed);
        };
        count(turn);
        return turn;
    }

    private void count(Turn turn) {
        switch (turn) {
            case Turn.Say say -> count(say.reply());
            case Turn.Skip skip -> count(skip.reply());
            case Turn.Farewell _,
                    Turn.Lines _,
                    Turn.Encrypt _,
                    Turn.ReadData _,
                    Turn.ReadChunk _,
                    Turn.Exchange _,
                    Turn.Regreet _ -> {}
        }
    }

    private void count(Reply reply) {
        if (reply.code() >= 500) {
            errors++;
        }
    }

    private Turn junk(Reply reply) {
        junk++;
        return new Turn.Say(reply);
    }

    private static Turn say(int code, String status, String text) {
        return new Turn.Say(Reply.of(code, status, text));
    }

    private static Turn malformed(Command.Malformed malformed) {
        return malformed.fatal() ? new Turn.Farewell(malformed.reply()) : new Turn.Say(malformed.reply());
    }

    private Turn greet(Command.Hello hello) {
        // RFC 2033 section 4.1: LHLO, and only LHLO, on LMTP.
        if ((role == Role.LMTP) != (hello.verb() == Verb.LHLO)) {
            return say(500, "5.5.1", role == Role.LMTP ? "this is LMTP: say LHLO" : "this is SMTP: say EHLO");
        }
        if (!(state instanceof State.Fresh)) {
            junk++;
        }
        // RFC 5321 section 4.1.4: the same as RSET when it is taken; when it is not, all stays as it was.
        State before = state;
        state = new State.Greeted(hello);
        boolean taken = false;
        try {
            Optional<Reply> refusal = session.get().helo();
            if (refusal.isPresent()) {
                return sayOrClose(refusal.get());
            }
            taken = true;
        } finally {
            if (!taken) {
                state = before;
            }
        }
        if (before instanceof State.Open open) {
            close(open.transaction());
        }
        if (hello.verb() == Verb.HELO) {
            return new Turn.Lines(List.of("250 " + terms.hostName()));
        }
        return new Turn.Lines(ehlo());
    }

    private List<String> ehlo() {
        List<String> lines = new ArrayList<>();
        lines.add(terms.hostName());
        for (Extension extension : offer()) {
            switch (extension) {
                case SIZE -> lines.add("SIZE " + terms.messageSize());
                case EIGHTBITMIME -> lines.add("8BITMIME");
                case LIMITS -> lines.add("LIMITS RCPTMAX=" + terms.recipients());
                case AUTH -> {
                    List<String> mechanisms = account == null ? mechanisms() : List.of();
                    if (!mechanisms.isEmpty()) {
                        lines.add("AUTH " + String.join(" ", mechanisms));
                    }
                }
                case XCLIENT -> lines.add("XCLIENT NAME ADDR PORT PROTO HELO DESTADDR DESTPORT");
                case FUTURERELEASE -> {
                    Instant until = clock.instant().plus(LONGEST_HOLD).truncatedTo(ChronoUnit.SECONDS);
                    lines.add("FUTURERELEASE " + LONGEST_HOLD.toSeconds() + " " + until);
                }
                case PIPELINING,
                        PRDR,
                        SMTPUTF8,
                        CHUNKING,
                        BINARYMIME,
                        DSN,
                        ENHANCEDSTATUSCODES,
                        STARTTLS,
                        REQUIRETLS,
                        DELIVERBY -> lines.add(extension.name());
            }
        }
        for (int i = 0; i < lines.size(); i++) {
            lines.set(i, (i < lines.size() - 1 ? "250-" : "250 ") + lines.get(i));
        }
        return lines;
    }

    private boolean mayAuthenticate() {
        return link.tls().isPresent() || link.plaintextAuth();
    }

    private List<String> mechanisms() {
        if (!mayAuthenticate()) {
            return List.of(); // RFC 8314 section 4.1: no passwords in the clear
        }
        return sasl.get().map(live -> live.mechanisms(channel())).orElse(List.of());
    }

    private Sasl.Channel channel() {
        return new Sasl.Channel(
                client.getAddress(),
                mayAuthenticate(),
                type -> link.tls().flatMap(tls -> tls.channelBinding(type)),
                "smtp",
                link.id());
    }

    private Turn mail(Command.Mail mail) {
        if (state instanceof State.Open) {
            // RFC 5321 section 4.1.4: the transaction stays.
            return say(503, "5.5.1", "a transaction is open; RSET ends it");
        }
        if (!(state instanceof State.Greeted(var hello))) {
            return say(503, "5.5.1", role == Role.LMTP ? "say LHLO first" : "say EHLO first");
        }
        if (role == Role.SUBMISSION && account == null) {
            // RFC 6409 section 4.3, RFC 4954 section 6
            return say(530, "5.7.0", mayAuthenticate() ? "authentication required" : "say STARTTLS and AUTH first");
        }
        if (mail.international() && !mail.parameters().smtpUtf8()) {
            // RFC 6531 section 3.5
            return say(553, "5.6.7", "this sender needs SMTPUTF8");
        }
        if (mail.parameters().size() > terms.messageSize()) {
            return new Turn.Say(tooLarge(terms.messageSize()));
        }
        String holdUntil = mail.parameters().further().get("HOLDUNTIL");
        if (holdUntil != null
                && OffsetDateTime.parse(holdUntil)
                        .toInstant()
                        .isAfter(clock.instant().plus(LONGEST_HOLD))) {
            return say(501, "5.5.4", "HOLDUNTIL is later than we hold"); // RFC 4865 section 4
        }
        Transaction transaction = session.get().begin(mail.from(), mail.parameters());
        boolean taken = false;
        try {
            Optional<Reply> refusal = transaction.mail();
            if (refusal.isPresent()) {
                return sayOrClose(refusal.get());
            }
            taken = true;
        } finally {
            if (!taken) {
                close(transaction);
            }
        }
        state = new State.Open(hello, transaction, mail.parameters(), false);
        return say(250, "2.1.0", "sender ok");
    }

    /// RFC 5321 section 3.8: after a 421 the connection closes, whoever chose the reply.
    private static Turn sayOrClose(Reply reply) {
        return reply.code() == 421 ? new Turn.Farewell(reply) : new Turn.Say(reply);
    }

    private Turn recipient(Command.Recipient recipient) {
        if (!(state instanceof State.Open open)) {
            return say(503, "5.5.1", "say MAIL first");
        }
        if (open.chunking()) {
            return say(503, "5.5.1", "the message has begun");
        }
        if (recipient.international() && !open.parameters().smtpUtf8()) {
            return say(553, "5.6.7", "this recipient needs SMTPUTF8");
        }
        Transaction transaction = open.transaction();
        if (transaction.recipients() >= terms.recipients()) {
            // RFC 5321 section 4.5.3.1.10
            return say(452, "4.5.3", "no more than " + terms.recipients() + " recipients at once");
        }
        return sayOrClose(
                recipient.to().isPresent()
                        ? transaction.recipient(recipient.to().get(), recipient.parameters())
                        : transaction.postmaster(recipient.parameters()));
    }

    private Turn data() {
        if (!(state instanceof State.Open open)) {
            return say(503, "5.5.1", "say MAIL and RCPT first");
        }
        if (open.chunking() || open.parameters().body().equals("BINARYMIME")) {
            // RFC 3030 section 2 and section 3
            return say(503, "5.5.1", "BDAT goes with this message");
        }
        Optional<Reply> refusal = notReady(open);
        return refusal.isPresent()
                ? new Turn.Say(refusal.get())
                : new Turn.ReadData(open.transaction(), limit(open.transaction()), sevenBit(open));
    }

    private Turn chunk(Command.Chunk chunk) {
        if (!(state instanceof State.Open open)) {
            return new Turn.Skip(chunk.size(), Reply.of(503, "5.5.1", "say MAIL and RCPT first"), 1);
        }
        Optional<Reply> refusal = open.chunking() ? Optional.empty() : notReady(open);
        if (refusal.isPresent()) {
            // RFC 3030 section 2: the transaction has failed. Left open, it would take a later chunk for the message.
            int copies = chunk.last() ? answers(open) : 1;
            forget();
            return new Turn.Skip(chunk.size(), refusal.get(), copies);
        }
        if (chunk.size() == 0 && !chunk.last()) {
            junk++;
        }
        state = new State.Open(open.hello(), open.transaction(), open.parameters(), true);
        return new Turn.ReadChunk(
                open.transaction(),
                chunk.size(),
                chunk.last(),
                limit(open.transaction()),
                open.parameters().body().equals("BINARYMIME"),
                sevenBit(open));
    }

    private boolean sevenBit(State.Open open) {
        return !terms.tolerated().contains(Leniency.UNDECLARED_EIGHT_BIT)
                && open.parameters().body().equals("7BIT")
                && !open.parameters().smtpUtf8();
    }

    private Optional<Reply> notReady(State.Open open) {
        if (open.transaction().recipients() == 0) {
            return Optional.of(
                    role == Role.LMTP
                            ? Reply.of(503, "5.5.1", "no valid recipients") // RFC 2033 section 4.2
                            : Reply.of(554, "5.5.1", "no valid recipients")); // RFC 5321 section 3.3
        }
        long limit = limit(open.transaction());
        return open.parameters().size() > limit ? Optional.of(tooLarge(limit)) : Optional.empty();
    }

    private long limit(Transaction transaction) {
        return Math.min(terms.messageSize(), transaction.sizeLimit());
    }

    /// RFC 1870 section 6.1 and section 6.3.
    public static Reply tooLarge(long limit) {
        return Reply.of(552, "5.3.4", "message exceeds " + limit + " octets");
    }

    /// A chunk, not the last, was taken; RFC 3030 section 2.
    public Reply chunkTaken(long octets) {
        return Reply.of(250, "2.0.0", octets + " octets received");
    }

    /// The pipeline's answer to a whole message.
    ///
    /// @return the lines to send, in order
    public List<String> answered(Transaction.Answer answer) {
        if (answer.reply().positive()) {
            errors = 0;
            junk = 0;
        } else {
            count(answer.reply());
        }
        if (!(state instanceof State.Open open)) {
            throw new IllegalStateException("no transaction is open");
        }
        boolean utf8 = smtpUtf8();
        List<String> lines = new ArrayList<>();
        boolean prdr =
                open.parameters().further().containsKey("PRDR") && answer.each().size() > 1;
        if (prdr) {
            lines.add("353 one answer for each recipient follows");
        }
        if (prdr || role == Role.LMTP) {
            answer.each().forEach(each -> lines.add(line(each, utf8)));
        }
        if (role != Role.LMTP) {
            lines.add(line(answer.reply(), utf8));
        }
        forget();
        return lines;
    }

    /// We refuse the message ourselves, having read it away, or could not finish it. The transaction is over.
    ///
    /// @param reason for trace and log
    /// @return the lines to send: on LMTP one for each accepted recipient (RFC 2033 section 4.2)
    public List<String> refused(Reply reply, String reason) {
        return refused(reply, reason, state instanceof State.Open open ? answers(open) : 1);
    }

    /// The same before 354, or at a chunk that is not the last: LMTP too answers DATA itself and such a chunk once;
    /// RFC 2033 section 4.2 and section 4.3.
    public List<String> refusedBeforeItsEnd(Reply reply, String reason) {
        return refused(reply, reason, 1);
    }

    private List<String> refused(Reply reply, String reason, int copies) {
        count(reply);
        givenUp(reply, reason);
        forget();
        return Collections.nCopies(copies, line(reply, false));
    }

    /// The message will not come to its end: for the trace.
    public void givenUp(Reply reply, String reason) {
        if (state instanceof State.Open open) {
            guarded("refused", () -> open.transaction().refused(reply, reason));
        }
    }

    private int answers(State.Open open) {
        return role == Role.LMTP ? Math.max(1, open.transaction().recipients()) : 1;
    }

    /// For what the client need not know of when it fails: a trace, an end. The pipeline that is asked may be gone.
    private void guarded(String what, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOG.warn("event=pipeline-call-failed session={} call={}", link.id(), what, e);
        }
    }

    private void close(Transaction transaction) {
        guarded("close", transaction::close);
    }

    /// A reply's line, or lines when its text is long: none has more than 512 octets (RFC 5321 section 4.5.3.1.5), each
    /// has the status (RFC 2034 section 4). Outside of SMTPUTF8 the text is ASCII; RFC 6531 section 3.7.4.2.
    public static String line(Reply reply, boolean utf8) {
        String text = utf8 ? reply.text() : ascii(reply.text());
        StringBuilder lines = new StringBuilder();
        int from = 0;
        while (true) {
            int end = fitting(text, from);
            boolean last = end == text.length();
            lines.append(reply.code())
                    .append(last ? ' ' : '-')
                    .append(reply.status())
                    .append(' ')
                    .append(text, from, end);
            if (last) {
                return lines.toString();
            }
            lines.append("\r\n");
            from = text.charAt(end) == ' ' ? end + 1 : end;
        }
    }

    /// Status and text for the one line that is said before we close; cut where it would be too long.
    public static String parting(Reply reply) {
        String text = ascii(reply.text());
        return reply.status() + " " + text.substring(0, Math.min(text.length(), LONGEST_TEXT));
    }

    private static String ascii(String text) {
        StringBuilder ascii = new StringBuilder(text.length());
        text.chars().forEach(c -> ascii.append(c < 128 ? (char) c : '?'));
        return ascii.toString();
    }

    /// @return the end of what fits on a line, at a blank where there is one
    private static int fitting(String text, int from) {
        int octets = 0;
        int blank = from;
        int at = from;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            octets += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4; // as UTF-8
            if (octets > LONGEST_TEXT) {
                return blank > from ? blank : at;
            }
            if (point == ' ') {
                blank = at;
            }
            at += Character.charCount(point);
        }
        return at;
    }

    private Turn reset() {
        forget();
        return junk(Reply.of(250, "2.0.0", "ok"));
    }

    /// Ends the transaction, keeps the hello; RFC 5321 section 4.1.1.5.
    private void forget() {
        if (state instanceof State.Open open) {
            state = new State.Greeted(open.hello());
            close(open.transaction());
        }
    }

    private Turn startTls() {
        if (link.tls().isPresent()) {
            return say(503, "5.5.1", "TLS is on already");
        }
        if (!link.startTls()) {
            return say(502, "5.5.1", "STARTTLS is not offered here");
        }
        return new Turn.Encrypt(Reply.of(220, "2.0.0", "go ahead"));
    }

    /// TLS is on: nothing that was said before counts; RFC 3207 section 4.2.
    public void encrypted() {
        forget();
        state = FRESH;
        account = null;
        junk = 0;
        String tls = link.tls().map(on -> on.protocol() + " " + on.cipher()).orElse("");
        note("tls", "STARTTLS", "next", tls);
    }

    private void note(String stage, String subject, String outcome, String reason) {
        session.opened()
                .ifPresent(open -> guarded(
                        "note",
                        () -> open.note(
                                new TraceStep(stage, ACTOR, terms.version(), subject, "", outcome, reason, 0))));
    }

    private Turn authenticate(Command.Authenticate authenticate) {
        if (role != Role.SUBMISSION) {
            return say(502, "5.5.1", "AUTH is not offered here");
        }
        if (state instanceof State.Fresh) {
            return say(503, "5.5.1", "say EHLO first");
        }
        // RFC 4954 section 4: once a session, never in a transaction.
        if (account != null) {
            return say(503, "5.5.1", "already authenticated");
        }
        if (state instanceof State.Open) {
            return say(503, "5.5.1", "no AUTH in a transaction");
        }
        if (!mayAuthenticate()) {
            // RFC 4954 section 4, section 6
            return say(538, "5.7.11", "say STARTTLS first");
        }
        Optional<Sasl> live = sasl.get();
        if (live.isEmpty()) {
            return say(454, "4.7.0", "log-in is not available now");
        }
        Optional<SaslExchange> exchange = live.get().begin(authenticate.mechanism(), channel());
        return exchange.isEmpty()
                ? say(504, "5.5.4", "mechanism not offered")
                : new Turn.Exchange(authenticate.mechanism(), exchange.get(), authenticate.initial());
    }

    /// Logged in.
    public Reply authenticated(String mechanism, Account as) {
        account = as;
        note("auth", mechanism, "accept", as.address().toString());
        return Reply.of(235, "2.7.0", "authenticated");
    }

    /// Not logged in: counted and traced.
    ///
    /// @return the id under which `explain` finds it; empty when the pipeline is away
    public Optional<MailId> notAuthenticated(String mechanism, Reply reply, String reason) {
        count(reply);
        AtomicReference<@Nullable MailId> id = new AtomicReference<>();
        session.opened()
                .ifPresent(open ->
                        guarded("refused", () -> id.set(open.refused("login-failed", mechanism, reply, reason))));
        return Optional.ofNullable(id.get());
    }

    /// The client read the answer to that mail.
    public void answerRead(MailId id) {
        session.opened().ifPresent(open -> open.answerRead(id));
    }

    /// Postfix's XCLIENT_README: the same as a new connection from somebody else, but TLS stays.
    private Turn xclient(Command.XClient xclient) {
        if (!offer().contains(Extension.XCLIENT)) {
            return say(550, "5.7.0", "XCLIENT is not for you");
        }
        if (state instanceof State.Open) {
            return say(503, "5.5.1", "no XCLIENT in a transaction");
        }
        InetAddress address = client.getAddress();
        int port = client.getPort();
        for (Map.Entry<String, String> attribute : xclient.attributes().entrySet()) {
            String value = attribute.getValue();
            try {
                switch (attribute.getKey()) {
                    case "ADDR" -> address = known(value) ? address(value) : address;
                    case "PORT" -> port = known(value) ? port(value) : port;
                    // The names are looked up by whoever wants them, and EHLO follows: neither is taken on trust.
                    default -> {}
                }
            } catch (IllegalArgumentException _) {
                return say(501, "5.5.4", "XCLIENT attribute not understood");
            }
        }
        client = new InetSocketAddress(address, port);
        state = FRESH;
        account = null;
        errors = 0; // the one before made them
        junk = 0;
        session.become(facts());
        return new Turn.Regreet();
    }

    private static boolean known(String value) {
        return !Ascii.same(value, "[UNAVAILABLE]") && !Ascii.same(value, "[TEMPUNAVAIL]");
    }

    private static InetAddress address(String value) {
        return InetAddress.ofLiteral(Ascii.at(value, 0, "IPV6:") ? value.substring("IPV6:".length()) : value);
    }

    private static int port(String value) {
        int port = Integer.parseInt(value);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("not a port: " + value);
        }
        return port;
    }

    /// The connection is over: what is open is given up.
    public void end() {
        forget();
        session.close();
    }
}
