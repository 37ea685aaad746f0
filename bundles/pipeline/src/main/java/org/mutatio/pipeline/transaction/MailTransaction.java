package org.mutatio.pipeline.transaction;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.policy.Router;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Fingerprint;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.Fact;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.mutatio.pipeline.filters.Pins;
import org.mutatio.pipeline.mail.Draft;
import org.mutatio.pipeline.mail.ReceivedMessage;
import org.mutatio.pipeline.mail.SeenEnvelope;
import org.mutatio.pipeline.trace.TraceLog;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.mail.Recipient;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One message from MAIL to its final reply.
///
/// MAIL pins the policy set; each filter's version is pinned when it is first called. Nothing is kept before the one
/// commit at the end of [#message], everything is kept behind it. Whatever fails in here unforeseen is our fault:
/// logged with the mail id, answered 451 4.3.0, so that no bug of ours bounces somebody's mail.
final class MailTransaction implements Transaction {

    private static final Logger log = LoggerFactory.getLogger(MailTransaction.class);
    /// RFC 5321 section 6.3 wants at least 100; loops of today are shorter.
    private static final int MOST_RECEIVED = 30;

    /// Refused recipients that the trace names; a client may go on naming others for as long as it likes.
    private static final int MOST_REFUSED = 200;

    private static final String ROUTER = "org.mutatio.router";

    private final MailPipeline pipeline;
    private final MailSession session;
    private final SessionFacts facts;
    private final ReversePath sender;
    private final MailParameters parameters;
    private final MailId id;
    private final Instant began;
    private final TraceLog trace = new TraceLog();
    private final Pins pins;
    private final Optional<Account> account;
    private final @Nullable PolicySet set;

    private final List<Accepted> order = new ArrayList<>();
    private final Map<MailAddress, Accepted> accepted = new LinkedHashMap<>();
    private final List<String> refusedRecipients = new ArrayList<>();
    private @Nullable Reply lastRefusal;
    private Verdict verdict;
    private boolean spooled;
    private boolean answered;
    private boolean closed;

    MailTransaction(MailPipeline pipeline, MailSession session, ReversePath sender, MailParameters parameters) {
        this.pipeline = pipeline;
        this.session = session;
        this.facts = session.facts();
        this.sender = sender;
        this.parameters = parameters;
        this.id = pipeline.newId();
        this.began = pipeline.clock().instant();
        this.pins = new Pins(pipeline.filters());
        this.account = facts.account().get();
        this.verdict = session.verdict();
        trace.addAll(session.steps());
        PolicySet pinned = null;
        try {
            pinned = pipeline.services().policies().lend().current();
        } catch (AbsentServiceException e) {
            log.warn("event=policies.absent id={} reason=\"{}\"", id, e.getMessage());
        }
        this.set = pinned;
        pipeline.transactionBegan();
    }

    @Override
    public MailId id() {
        return id;
    }

    // --- MAIL

    @Override
    public Optional<Reply> mail() {
        try {
            checkSender();
            step("mail", sender.toString(), "250", "");
            return Optional.empty();
        } catch (Refusal refusal) {
            return Optional.of(refuse("mail", sender.toString(), refusal));
        } catch (StoreUnavailableException e) {
            return Optional.of(refuse("mail", sender.toString(), new Refusal(e.reply(), "store", words(e))));
        } catch (AbsentServiceException e) {
            return Optional.of(refuse("mail", sender.toString(), absent(e)));
        }
    }

    private void checkSender() throws Refusal, StoreUnavailableException {
        PolicySet policies = policies();
        if (facts.role().equals("submission") && account.isEmpty()) {
            // RFC 6409 section 4.3
            throw new Refusal(Replies.AUTHENTICATE, "auth", "a submission without log-in");
        }
        long most = pipeline.largestMessage(policies);
        if (parameters.size() > most) {
            // RFC 1870 section 6.1
            throw new Refusal(
                    Replies.TOO_LARGE, "size", parameters.size() + " octets declared, " + most + " allowed at most");
        }
        pipeline.services().mail().admit(parameters.size());
        if (account.isPresent() && sender.address().isPresent()) {
            VersionedRouter router = pipeline.services().router().lend();
            Optional<String> not = router.service()
                    .mayNotSendAs(policies, account.get(), sender.address().get());
            if (not.isPresent()) {
                throw new Refusal(Replies.NOT_THE_OWNER, "sender", not.get());
            }
        }
        take(ask(
                Stage.MAIL,
                senderRuling(policies),
                sender.toString(),
                (filter, context) -> filter.mail(session.peer(), sender, context)));
    }

    /// A quarantine or discard is of every recipient that comes.
    private void take(Verdict found) throws Refusal {
        switch (found) {
            case Verdict.Refused refused ->
                throw new Refusal(refused.reply(), "filter", refused.by() + ": " + refused.reason());
            case Verdict.Pass _ -> {}
            case Verdict.Quarantined _, Verdict.Discarded _, Verdict.Redirected _ -> verdict = found;
        }
    }

    private Verdict ask(Stage stage, Ruling ruling, String subject, Asking.Question question) {
        if (pins.of(stage).isEmpty() || !Ways.asked(ruling.policy(), facts.role())) {
            return Verdict.PASS;
        }
        return pipeline.asking()
                .ask(
                        stage,
                        pins,
                        ruling,
                        id.text(),
                        subject,
                        trace,
                        () -> pipeline.limits().deadline(),
                        question);
    }

    private PolicySet policies() throws Refusal {
        PolicySet pinned = set;
        if (pinned == null) {
            throw new Refusal(Replies.NOT_NOW, "policies", "there is no policy set");
        }
        return pinned;
    }

    /// The sender's own domain for submission, else what rules before a recipient is known.
    private Ruling senderRuling(PolicySet policies) {
        Policy policy =
                account.flatMap(owner -> policies.of(owner.address().domain())).orElse(policies.defaults());
        return Ruling.of(policy);
    }

    // --- RCPT

    @Override
    public Reply postmaster(Map<String, String> recipientParameters) {
        PolicySet policies = set;
        if (policies == null || policies.domains().isEmpty()) {
            return refuse("rcpt", "postmaster", new Refusal(Replies.NOT_NOW, "policies", "there is no domain of ours"));
        }
        // RFC 5321 section 4.5.1: without a domain it is ours; our host's own domain when it is one of them
        Domain home = policies.domains().getFirst();
        for (Domain domain : policies.domains()) {
            if (facts.hostName().equals(domain.ascii()) || facts.hostName().endsWith("." + domain.ascii())) {
                home = domain;
            }
        }
        return recipient(new MailAddress("postmaster", home), recipientParameters);
    }

    @Override
    public Reply recipient(MailAddress address, Map<String, String> recipientParameters) {
        try {
            Accepted known = accepted.get(address.folded());
            if (known == null) {
                known = admit(address, recipientParameters);
                accepted.put(address.folded(), known);
            }
            order.add(known);
            return Replies.RECIPIENT_OK;
        } catch (Refusal refusal) {
            if (refusedRecipients.size() < MOST_REFUSED) {
                refusedRecipients.add(address.toString());
            }
            return refuse("rcpt", address.toString(), refusal);
        } catch (StoreUnavailableException e) {
            return refuse("rcpt", address.toString(), new Refusal(e.reply(), "store", words(e)));
        } catch (AbsentServiceException e) {
            return refuse("rcpt", address.toString(), absent(e));
        }
    }

    private Accepted admit(MailAddress address, Map<String, String> recipientParameters)
            throws Refusal, StoreUnavailableException {
        PolicySet policies = policies();
        Ruling own = senderRuling(policies);
        String limit = account.isPresent() ? "limits.submission-recipients" : "limits.recipients";
        if (accepted.size() >= own.policy().number(limit)) {
            throw new Refusal(
                    Replies.TOO_MANY_RECIPIENTS,
                    "recipients",
                    accepted.size() + " were taken, " + own.policy().origin(limit));
        }
        Routed routed = route(address, parameters.size());
        long most = routed.ruling().policy().size("limits.message-size").octets();
        if (parameters.size() > most) {
            throw new Refusal(
                    Replies.TOO_LARGE,
                    "size",
                    parameters.size() + " octets declared, " + most + " allowed by "
                            + routed.ruling().policy().origin("limits.message-size"));
        }
        checkQuota(routed);
        Verdict found = ask(
                Stage.RCPT,
                routed.ruling(),
                address.toString(),
                (filter, context) -> filter.recipient(session.peer(), envelope(), address, context));
        Verdict taken = found instanceof Verdict.Pass ? verdict : found;
        return switch (taken) {
            case Verdict.Refused refused ->
                throw new Refusal(refused.reply(), "filter", refused.by() + ": " + refused.reason());
            case Verdict.Redirected redirected ->
                new Accepted(
                        address,
                        redirected.to(),
                        recipientParameters,
                        routed.ruling(),
                        forward(redirected.to(), parameters.size(), routed.ruling()),
                        Verdict.PASS);
            case Verdict.Pass _, Verdict.Quarantined _, Verdict.Discarded _ ->
                new Accepted(address, address, recipientParameters, routed.ruling(), routed, taken);
        };
    }

    private Routed route(MailAddress address, long size) throws Refusal {
        return route(address, size, this::foreign);
    }

    /// Where a filter sends it. The address is the administrator's word and not the client's, as that of an alias
    /// is: it may be anybody's, whoever the client is.
    private Routed forward(MailAddress address, long size, Ruling ruling) throws Refusal {
        return route(address, size, far -> relay(far, ruling));
    }

    /// What becomes of an address that is not ours.
    private interface Abroad {
        Routed of(MailAddress address) throws Refusal;
    }

    private Routed route(MailAddress address, long size, Abroad abroad) throws Refusal {
        PolicySet policies = policies();
        VersionedRouter router = pipeline.services().router().lend();
        long start = System.nanoTime();
        Router.Routing routing = router.service().route(policies, new Router.Question(sender, address, size, account));
        long micros = (System.nanoTime() - start) / 1_000;
        String why = "";
        for (Router.Why one : routing.why()) {
            trace.add(new TraceStep(
                    "route",
                    ROUTER,
                    router.version(),
                    address.toString(),
                    one.policy(),
                    one.outcome(),
                    one.reason(),
                    micros));
            why = one.outcome() + (one.reason().isEmpty() ? "" : ": " + one.reason());
            micros = 0;
        }
        return switch (routing) {
            case Router.Routing.To to -> {
                checkHold(to.targets());
                yield new Routed(Ruling.of(to.policy()), to.targets(), to.bySize());
            }
            case Router.Routing.Unknown _ -> throw new Refusal(Replies.UNKNOWN, "unknown", why);
            case Router.Routing.Unavailable _ -> throw new Refusal(Replies.NOT_NOW, "unavailable", why);
            case Router.Routing.Refused refused -> throw new Refusal(refused.reply(), "route", why);
            case Router.Routing.Foreign _ -> abroad.of(address);
        };
    }

    /// RFC 4865: only the queue holds mail. Into a mailbox it would come at once, and nobody could take it back.
    private void checkHold(List<Router.Target> targets) throws Refusal {
        boolean local = targets.stream().anyMatch(target -> target instanceof Router.Target.Mailbox);
        if (local && Posting.release(parameters, began).isAfter(began)) {
            throw new Refusal(Replies.CANNOT_HOLD, "hold", "a mailbox of ours gets its mail at once");
        }
    }

    /// Never an open relay: only for who logged in, or for networks of ours.
    private Routed foreign(MailAddress address) throws Refusal {
        var client = facts.client().getAddress();
        boolean may = !facts.role().equals("lmtp")
                && (account.isPresent() || client != null && pipeline.limits().mayRelay(client));
        if (!may) {
            throw new Refusal(Replies.RELAY, "relay", "not a domain of ours, and the client may not relay");
        }
        if (address.domain().literal()) {
            throw new Refusal(Replies.RELAY, "relay", "address literals are not relayed");
        }
        return relay(address, senderRuling(policies()));
    }

    /// By the MX of its domain.
    private static Routed relay(MailAddress address, Ruling ruling) {
        String tls = ruling.policy().text("tls.outgoing");
        return new Routed(
                ruling,
                List.of(new Router.Target.Relay(
                        address, "smtp:" + address.domain().ascii(), tls)),
                false);
    }

    private void checkQuota(Routed routed) throws Refusal, StoreUnavailableException {
        for (Router.Target target : routed.targets()) {
            if (!(target instanceof Router.Target.Mailbox mailbox)) {
                continue;
            }
            Policy policy = routed.ruling().policy();
            OptionalLong limit = MailPipeline.quota(mailbox.account(), policy);
            if (limit.isEmpty()) {
                continue;
            }
            MailStore store = pipeline.services().mail();
            if (!store.fits(mailbox.account().id(), Math.max(1, parameters.size()), limit)) {
                boolean defer = policy.text("limits.over-quota").equals("defer");
                throw new Refusal(
                        defer ? Replies.FULL_DEFER : Replies.FULL_REJECT,
                        "quota",
                        mailbox.account().address() + " has no room for " + Math.max(1, parameters.size())
                                + " octets within " + limit.getAsLong());
            }
        }
    }

    private SeenEnvelope envelope() {
        List<Recipient> recipients = new ArrayList<>();
        for (Accepted one : accepted.values()) {
            recipients.add(one.seen());
        }
        return new SeenEnvelope(sender, recipients, parameters.size(), parameters.smtpUtf8());
    }

    @Override
    public int recipients() {
        return order.size();
    }

    @Override
    public long sizeLimit() {
        PolicySet policies = set;
        if (policies == null) {
            return 0;
        }
        long least = accepted.isEmpty() ? pipeline.largestMessage(policies) : Long.MAX_VALUE;
        for (Accepted one : accepted.values()) {
            least = Math.min(
                    least, one.ruling().policy().size("limits.message-size").octets());
        }
        return least;
    }

    @Override
    public Spool spool() throws StoreUnavailableException {
        spooled = true;
        try {
            return pipeline.services().mail().spool();
        } catch (AbsentServiceException e) {
            throw new StoreUnavailableException(Replies.NOT_NOW, words(e));
        }
    }

    // --- the message

    @Override
    public Answer message(Spool content, ByteBuffer summary) {
        answered = true;
        try {
            return decide(content, summary);
        } catch (Refusal refusal) {
            return refuseAll(refusal);
        } catch (StoreUnavailableException e) {
            return refuseAll(new Refusal(e.reply(), "store", words(e)));
        } catch (AbsentServiceException e) {
            return refuseAll(absent(e));
        } catch (IOException e) {
            log.error("event=mail.unreadable id={} reason=\"{}\"", id, e.getMessage());
            return refuseAll(new Refusal(Replies.NOT_NOW, "fault", words(e)));
        } catch (RuntimeException | StackOverflowError e) {
            log.error("event=mail.fault id={}", id, e);
            return refuseAll(new Refusal(Replies.NOT_NOW, "fault", words(e)));
        }
    }

    private Answer decide(Spool content, ByteBuffer summaryOctets)
            throws Refusal, StoreUnavailableException, IOException {
        if (accepted.isEmpty()) {
            throw new Refusal(Replies.NO_RECIPIENTS, "recipients", "no recipient was accepted");
        }
        long end = System.nanoTime() + pipeline.limits().deadline().toNanos();
        Supplier<Duration> left = () -> Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        Octets octets = content.content();
        Fingerprint fingerprint = fingerprint(content.sha256());
        MailStore store = pipeline.services().mail();
        Optional<MailId> before = store.repeated(fingerprint);
        if (before.isPresent()) {
            return repeated(before.get(), List.of());
        }
        Optional<Summary> stored = Summary.parse(summaryOctets);
        try (ReceivedMessage received =
                stored.isPresent() ? ReceivedMessage.of(octets, stored.get()) : ReceivedMessage.of(octets)) {
            checkForm(received);
            Draft first =
                    FirstDraft.of(received, facts, sender, id, began, done -> step("message", "", "repaired", done));
            List<Unit> units = judge(first, received, left);
            return post(store, content, fingerprint, received, units);
        }
    }

    /// Limits of promises.md section 3: refused, never truncated, or signatures would break.
    private void checkForm(ReceivedMessage received) throws Refusal {
        long size = received.octets().size();
        long most = sizeLimit();
        if (size > most) {
            throw new Refusal(Replies.TOO_LARGE, "size", size + " octets, " + most + " allowed");
        }
        Summary summary = received.summary();
        for (Fact fact : List.of(Fact.HEADER_BLOCK_TOO_LONG, Fact.HEADER_TOO_LONG, Fact.TOO_MANY_HEADERS)) {
            if (summary.has(fact)) {
                throw new Refusal(
                        Replies.HEADER_TOO_LARGE, "header", fact.name().toLowerCase(Locale.ROOT));
            }
        }
        if (summary.has(Fact.BARE_CR) || summary.has(Fact.BARE_LF)) {
            // RFC 5321 section 2.3.8; the protocol has refused or repaired it before
            throw new Refusal(Replies.BARE_LINE_END, "bare", "bare CR or LF");
        }
        if (summary.longestLine() > StructureScanner.MAX_LINE) {
            throw new Refusal(Replies.LINE_TOO_LONG, "line", summary.longestLine() + " octets in a line");
        }
        int hops = 0;
        for (HeaderBlock.Field field : received.fields()) {
            if (field.is("Received")) {
                hops++;
            }
        }
        if (hops > MOST_RECEIVED) {
            throw new Refusal(Replies.LOOP, "loop", hops + " Received fields");
        }
    }

    private List<Unit> judge(Draft first, ReceivedMessage received, Supplier<Duration> left) throws Refusal {
        PolicySet policies = policies();
        Ruling own = senderRuling(policies);
        Set<String> delivered = deliveredTo(received);
        List<Unit> units = new ArrayList<>();
        long size = received.octets().size();
        try (Judging judging =
                new Judging(pipeline.asking(), pins, id, session.peer(), envelope(), trace, left, sizeLimit())) {
            for (Accepted one : accepted.values()) {
                for (Unit unit : units(one, first, size, delivered)) {
                    units.add(unit);
                    if (unit.verdict() instanceof Verdict.Pass || unit.verdict() instanceof Verdict.Quarantined) {
                        judging.add(unit, account.isPresent() ? own : one.ruling());
                    }
                }
            }
            judging.message();
            judging.deliverAndSend();
            List<Unit> redirected = new ArrayList<>();
            for (Unit unit : units) {
                redirected.addAll(redirected(unit, size));
            }
            checkPins();
            return redirected;
        }
    }

    /// Where it goes, now that the size is known; asked again only where the size has a say.
    private List<Unit> units(Accepted one, Draft first, long size, Set<String> delivered) {
        List<Unit> units = new ArrayList<>();
        try {
            Routed routed = one.routed();
            if (routed.bySize()) {
                routed = one.destination().equals(one.address())
                        ? route(one.address(), size)
                        : forward(one.destination(), size, one.ruling());
            }
            for (Router.Target target : routed.targets()) {
                Verdict found = one.verdict();
                if (target instanceof Router.Target.Mailbox mailbox
                        && delivered.contains(mailbox.address().folded().toString())) {
                    found = new Verdict.Refused(Replies.LOOP, "loop", "it was delivered to " + mailbox.address());
                }
                units.add(new Unit(one, target, routed.ruling(), first, found));
            }
        } catch (Refusal refusal) {
            // of a moment ago, or of a route by size
            Verdict found = new Verdict.Refused(refusal.reply(), "route", words(refusal));
            units.add(new Unit(one, one.routed().targets().getFirst(), one.ruling(), first, found));
        }
        return units;
    }

    /// Our own Delivered-To means that it was here before.
    private static Set<String> deliveredTo(ReceivedMessage received) {
        Set<String> addresses = new HashSet<>();
        for (HeaderBlock.Field field : received.fields()) {
            if (field.is("Delivered-To")) {
                addresses.add(OctetStrings.text(field.value()).toLowerCase(Locale.ROOT));
            }
        }
        return addresses;
    }

    /// A redirected one goes where the other address leads; it is not judged by that policy, or two could play ball.
    private List<Unit> redirected(Unit unit, long size) {
        if (!(unit.verdict() instanceof Verdict.Redirected redirected)) {
            return List.of(unit);
        }
        List<Unit> units = new ArrayList<>();
        try {
            Routed routed = forward(redirected.to(), size, unit.recipient().ruling());
            for (Router.Target target : routed.targets()) {
                units.add(new Unit(unit.recipient(), target, routed.ruling(), unit.draft(), Verdict.PASS));
            }
        } catch (Refusal refusal) {
            // An address that does not work is not the sender's fault and can be mended; what the sender asked for
            // and nobody can do there is refused for good.
            boolean ours = !refusal.reply().equals(Replies.CANNOT_HOLD);
            unit.verdict(new Verdict.Refused(
                    ours ? Replies.NOT_NOW : refusal.reply(),
                    redirected.by(),
                    "redirect to " + redirected.to() + ": " + words(refusal)));
            units.add(unit);
        }
        return units;
    }

    private void checkPins() throws Refusal {
        var retired = pins.retired();
        if (retired.isPresent()) {
            throw new Refusal(Replies.REPLACED, "retired", "filter " + retired.get() + " was taken away");
        }
    }

    // --- the end

    private Answer post(
            MailStore store, Spool content, Fingerprint fingerprint, ReceivedMessage received, List<Unit> units)
            throws Refusal, StoreUnavailableException, IOException {
        Optional<MailAddress> only = accepted.size() == 1
                ? Optional.of(accepted.values().iterator().next().address())
                : Optional.empty();
        Posting posting = new Posting(facts, id, sender, parameters, pipeline.limits(), began, only);
        Ending ending;
        List<Change.Outcome> outcomes;
        do { // each time at least one more is refused
            ending = Ending.of(units, List.copyOf(accepted.values()), perRecipient());
            outcomes = posting.outcomes(ending.kept(), perRecipient());
        } while (refuseFull(store, units, ending.kept(), outcomes));
        if (ending.refusedByAll().isPresent()) {
            Verdict.Refused refused = ending.refusedByAll().get();
            Refusal refusal = new Refusal(refused.reply(), "filter", refused.by() + ": " + refused.reason());
            Reply told = end(refusal, received.summary());
            observe(received, told.transientFailure() ? "deferred" : "rejected", told, false);
            return new Answer(told, each(ending, Replies.with(refused.reply(), id)), Optional.empty());
        }
        String outcome = ending.outcome();
        for (Ending.Told told : ending.told()) {
            step("commit", told.subject(), told.outcome(), told.reason());
        }
        Reply reply = Replies.kept(id);
        trace.end(new TraceStep(
                "reply", pipeline.name(), pipeline.version(), "", "", reply.toString(), outcome, elapsed()));
        Change.Deliver deliver = new Change.Deliver(
                id, began, content, outcomes, trace(outcome, received.summary()), Optional.of(fingerprint));
        Change.Delivered done;
        try {
            done = store.commit(deliver);
        } catch (RefusedChangeException e) {
            // another message was first
            Reply refused =
                    e.refusal() == RefusedChangeException.Refusal.OVERQUOTA ? Replies.FULL_DEFER : Replies.CHANGED;
            throw new Refusal(refused, "store", e.refusal() + ": " + e.getMessage());
        }
        if (done.repeat()) {
            return repeated(done.id(), each(ending, Replies.kept(done.id())));
        }
        count(outcome);
        tell(
                "event=mail.{} id={} session={} role={} client={} from={} recipients={} size={} micros={}",
                outcome,
                id,
                facts.sessionId(),
                facts.role(),
                session.client(),
                sender,
                accepted.size(),
                received.octets().size(),
                elapsed());
        observe(received, outcome, reply, true);
        return new Answer(reply, each(ending, reply), Optional.of(done));
    }

    /// DONE, off this thread: what it needs must outlive the transaction.
    private void observe(ReceivedMessage received, String outcome, Reply reply, boolean kept) {
        if (pipeline.filters().of(Stage.DONE).isEmpty()) {
            return;
        }
        Observation observation = new Observation(
                pipeline,
                id,
                session.peer(),
                envelope(),
                accepted.values().iterator().next().ruling(),
                received.summary(),
                received.headerOctets(),
                outcome + " " + reply,
                kept);
        pipeline.observers().tell(observation, observation.header().size());
    }

    /// Now that the size is known: the copies for accounts without room are refused. The commit asks again, in
    /// order with all others, but can only refuse the whole.
    ///
    /// @return whether there were any
    private boolean refuseFull(MailStore store, List<Unit> units, List<Unit> kept, List<Change.Outcome> outcomes)
            throws StoreUnavailableException {
        Map<Long, Long> more = new HashMap<>();
        Map<Long, Long> full = new HashMap<>();
        for (Change.Outcome outcome : outcomes) {
            long size = Posting.size(outcome.rope());
            for (Change.Placement placement : outcome.placements()) {
                long octets = more.merge(placement.account(), size, Long::sum);
                if (!store.fits(placement.account(), octets, placement.quota())) {
                    full.put(placement.account(), octets);
                }
            }
        }
        List<Unit> without = kept.stream()
                .filter(unit -> unit.target() instanceof Router.Target.Mailbox mailbox
                        && full.containsKey(mailbox.account().id()))
                .toList();
        Map<Unit, Verdict> refused = new LinkedHashMap<>();
        for (Unit unit : without) {
            // a 5xx only when it answers for these mailboxes alone: it would bounce what others take
            boolean reject = units.stream()
                    .filter(other -> !perRecipient() || other.recipient().equals(unit.recipient()))
                    .allMatch(other -> other.verdict() instanceof Verdict.Refused
                            || without.contains(other) && !deferredWhenFull(other));
            refused.put(
                    unit,
                    new Verdict.Refused(
                            reject ? Replies.FULL_REJECT : Replies.FULL_DEFER,
                            "quota",
                            unit.words() + " has no room for the message"));
        }
        refused.forEach(Unit::verdict);
        return !refused.isEmpty();
    }

    private static boolean deferredWhenFull(Unit unit) {
        return unit.ruling().policy().text("limits.over-quota").equals("defer");
    }

    private boolean perRecipient() {
        return facts.role().equals("lmtp") || parameters.further().containsKey("PRDR");
    }

    /// One for each RCPT, also for one that was said twice; RFC 2033 section 4.2.
    private List<Reply> each(Ending ending, Reply kept) {
        List<Reply> replies = new ArrayList<>();
        for (Accepted one : order) {
            Reply refused = ending.refusals().get(one);
            replies.add(refused == null ? kept : Replies.with(refused, id));
        }
        return replies;
    }

    private Answer repeated(MailId first, List<Reply> each) {
        Reply reply = Replies.kept(first);
        step("commit", "", "repeat", "the same octets were kept as " + first + ", and that answer was not read");
        trace.end(new TraceStep(
                "reply", pipeline.name(), pipeline.version(), "", "", reply.toString(), "repeat", elapsed()));
        record("kept", Optional.empty());
        pipeline.meters()
                .counter("mutatio_messages_total", "outcome", "repeated")
                .add();
        tell("event=mail.repeated id={} first={} session={}", id, first, facts.sessionId());
        List<Reply> replies = each;
        if (replies.isEmpty()) {
            replies = new ArrayList<>();
            for (int i = 0; i < order.size(); i++) {
                replies.add(reply);
            }
        }
        return new Answer(reply, replies, Optional.of(new Change.Delivered(first, true, List.of(), List.of())));
    }

    private Answer refuseAll(Refusal refusal) {
        Reply told = end(refusal, null);
        List<Reply> each = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            each.add(told);
        }
        return new Answer(told, each, Optional.empty());
    }

    private Reply end(Refusal refusal, @Nullable Summary summary) {
        Reply told = Replies.with(refusal.reply(), id);
        String outcome = told.transientFailure() ? "deferred" : "rejected";
        trace.end(new TraceStep(
                "reply", pipeline.name(), pipeline.version(), "", "", told.toString(), words(refusal), elapsed()));
        record(outcome, Optional.ofNullable(summary));
        count(outcome);
        pipeline.meters()
                .counter("mutatio_rejects_total", "stage", "message", "reason", refusal.word())
                .add();
        tell(
                "event=mail.{} id={} session={} role={} client={} from={} recipients={} reply=\"{}\" reason=\"{}\"",
                outcome,
                id,
                facts.sessionId(),
                facts.role(),
                session.client(),
                sender,
                accepted.size(),
                told,
                clean(words(refusal)));
        return told;
    }

    private void count(String outcome) {
        pipeline.meters().counter("mutatio_messages_total", "outcome", outcome).add();
    }

    private Fingerprint fingerprint(ByteBuffer sha256) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        digest.update((sender + "\n").getBytes(StandardCharsets.UTF_8));
        List<String> names = new ArrayList<>();
        for (Accepted one : accepted.values()) {
            names.add(one.address().folded().toString());
        }
        names.sort(null);
        for (String name : names) {
            digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        }
        digest.update(sha256.duplicate());
        return Fingerprint.of(ByteBuffer.wrap(digest.digest()));
    }

    // --- trace

    @Override
    public void note(TraceStep step) {
        trace.add(step);
    }

    @Override
    public void refused(Reply reply, String reason) {
        answered = true;
        end(new Refusal(reply, "protocol", reason), null);
    }

    private Reply refuse(String stage, String subject, Refusal refusal) {
        Reply told = Replies.with(refusal.reply(), id);
        lastRefusal = told;
        step(stage, subject, told.code() + " " + told.status(), words(refusal));
        pipeline.meters()
                .counter("mutatio_rejects_total", "stage", stage, "reason", refusal.word())
                .add();
        tell(
                "event=mail.refused id={} session={} role={} client={} stage={} subject=\"{}\" reply=\"{}\" reason=\"{}\"",
                id,
                facts.sessionId(),
                facts.role(),
                session.client(),
                stage,
                clean(subject),
                told,
                clean(words(refusal)));
        return told;
    }

    /// One line for each message and each refusal.
    private void tell(String format, Object... values) {
        if (!pipeline.rehearsal()) {
            log.info(format, values);
        }
    }

    private static Refusal absent(AbsentServiceException e) {
        return new Refusal(Replies.NOT_NOW, "absent", words(e));
    }

    private static String words(Throwable thrown) {
        return String.valueOf(thrown.getMessage());
    }

    /// For one line of a log.
    static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            clean.append(Character.isISOControl(c) || c == '"' ? ' ' : c);
        }
        return clean.toString();
    }

    private void step(String stage, String subject, String outcome, String reason) {
        trace.add(new TraceStep(stage, pipeline.name(), pipeline.version(), subject, "", outcome, reason, 0));
    }

    private long elapsed() {
        return Duration.between(began, pipeline.clock().instant()).toNanos() / 1_000;
    }

    private Trace trace(String outcome, @Nullable Summary summary) {
        List<String> recipients = new ArrayList<>();
        for (Accepted one : accepted.values()) {
            recipients.add(one.address().toString());
        }
        recipients.addAll(refusedRecipients);
        PolicySet policies = set;
        return new Trace(
                id,
                began,
                facts.sessionId(),
                facts.role(),
                session.client(),
                sender.address().map(MailAddress::toString).orElse(""),
                recipients,
                summary == null ? Optional.empty() : summary.field("message-id"),
                policies == null ? 0 : policies.version(),
                outcome,
                trace.steps());
    }

    private void record(String outcome, Optional<Summary> summary) {
        Trace whole = trace(outcome, summary.orElse(null));
        pipeline.services().traces().now().ifPresent(traces -> traces.record(whole));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Reply refusal = lastRefusal;
            if (!answered && refusal != null) {
                record(refusal.transientFailure() ? "deferred" : "rejected", Optional.empty());
            } else if (!answered && spooled) {
                step("data", "", "aborted", "the client went away in the middle of the message");
                record("aborted", Optional.empty());
                count("aborted");
            }
        } finally {
            pins.close();
            pipeline.transactionEnded();
        }
    }
}
