package org.mutatio.pipeline.transaction;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.Session;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.policy.Router;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.Traces;
import org.mutatio.current.Current;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// What would become of a message now: the policies and filters in force are asked as if a client had sent it, and
/// nothing is kept, counted, logged as mail or told to DONE filters.
///
/// It is a transaction like any other, over a store that commits nothing; so it cannot say anything else than the
/// real one would. Filters cannot tell it from a real one, but for the session's id.
public final class Rehearsal {

    public static final String SESSION = "policy-try";

    /// @param message with CR LF at the end of each line
    /// @param login sends as that account, as if it had logged in; the role is `submission` then
    public record Attempt(
            ReversePath sender,
            List<MailAddress> recipients,
            ByteBuffer message,
            InetSocketAddress client,
            String helo,
            Optional<MailAddress> login) {
        public Attempt {
            recipients = List.copyOf(recipients);
            message = message.asReadOnlyBuffer();
        }
    }

    /// What the client would have read.
    public record Said(String command, Reply reply) {}

    /// @param outcomes what would have been kept; empty when it was refused
    public record Result(List<Said> dialog, List<Trace> traces, List<Change.Outcome> outcomes) {
        public Result {
            dialog = List.copyOf(dialog);
            traces = List.copyOf(traces);
            outcomes = List.copyOf(outcomes);
        }
    }

    private final MailPipeline live;
    private final List<Trace> traces = new ArrayList<>();
    private final List<Change.Outcome> outcomes = new ArrayList<>();
    private final List<Said> dialog = new ArrayList<>();

    private Rehearsal(MailPipeline live) {
        this.live = live;
    }

    /// @throws StoreUnavailableException there is no room for the message, or no store
    /// @throws IllegalArgumentException nobody logs in with that address
    /// @throws org.mutatio.current.AbsentServiceException a part of the server is away
    static Result of(MailPipeline live, Attempt attempt) throws StoreUnavailableException {
        return new Rehearsal(live).run(attempt);
    }

    private Result run(Attempt attempt) throws StoreUnavailableException {
        Optional<Account> account = attempt.login().isPresent()
                ? Optional.of(account(attempt.login().get()))
                : Optional.empty();
        SessionFacts facts = new SessionFacts(
                SESSION,
                account.isPresent() ? "submission" : "mx",
                attempt.client(),
                () -> Optional.of(attempt.helo()),
                Optional::empty,
                () -> account,
                () -> account.isPresent() ? "ESMTPA" : "ESMTP",
                "localhost");
        MailPipeline pipeline = live.rehearsing(services());
        try (Session session = pipeline.open(facts)) {
            if (!refused("connect", session.connect()) && !refused("HELO", session.helo())) {
                transaction(session, attempt);
            }
        }
        return new Result(dialog, traces, outcomes);
    }

    private void transaction(Session session, Attempt attempt) throws StoreUnavailableException {
        boolean utf8 =
                attempt.sender().address().map(MailAddress::international).orElse(false)
                        || attempt.recipients().stream().anyMatch(MailAddress::international);
        MailParameters parameters = new MailParameters(attempt.message().remaining(), utf8, "8BITMIME", Map.of());
        try (Transaction transaction = session.begin(attempt.sender(), parameters)) {
            String mail = "MAIL FROM:" + attempt.sender();
            if (refused(mail, transaction.mail())) {
                return;
            }
            said(mail, Reply.of(250, "2.1.0", "sender ok"));
            for (MailAddress recipient : attempt.recipients()) {
                said("RCPT TO:<" + recipient + ">", transaction.recipient(recipient, Map.of()));
            }
            if (transaction.recipients() > 0) {
                try (Spool spool = transaction.spool()) {
                    spool.write(attempt.message().duplicate());
                    StructureScanner scanner = new StructureScanner();
                    scanner.accept(attempt.message().duplicate());
                    ByteBuffer summary = ByteBuffer.wrap(scanner.finish().toBytes());
                    said("DATA", transaction.message(spool, summary).reply());
                }
            }
        }
    }

    private boolean refused(String command, Optional<Reply> refusal) {
        refusal.ifPresent(reply -> said(command, reply));
        return refusal.isPresent();
    }

    private void said(String command, Reply reply) {
        dialog.add(new Said(command, reply));
    }

    /// The router knows whose mailbox an address is; an alias logs nobody in.
    private Account account(MailAddress login) {
        PolicySet set = live.services().policies().lend().current();
        Router.Question question = new Router.Question(ReversePath.NULL, login, 0, Optional.empty());
        if (live.services().router().lend().service().route(set, question) instanceof Router.Routing.To to) {
            for (Router.Target target : to.targets()) {
                if (target instanceof Router.Target.Mailbox mailbox
                        && mailbox.account().address().folded().equals(login.folded())) {
                    return mailbox.account();
                }
            }
        }
        throw new IllegalArgumentException("there is no account " + login);
    }

    private Services services() {
        Services real = live.services();
        Current<MailStore> store = new Current<>(MailStore.class);
        store.arrive(new ForgetfulStore(real.store().lend(), outcomes, traces), SESSION, 0);
        Current<Traces> kept = new Current<>(Traces.class);
        kept.arrive(new Heard(), SESSION, 0);
        return new Services(real.policies(), real.router(), store, kept);
    }

    private final class Heard implements Traces {
        @Override
        public void record(Trace trace) {
            traces.add(trace);
        }

        @Override
        public Optional<Trace> find(org.mutatio.sdk.mail.MailId id) {
            return traces.stream().filter(trace -> trace.id().equals(id)).findFirst();
        }

        @Override
        public List<Trace> find(Query query) {
            return List.copyOf(traces);
        }
    }
}
