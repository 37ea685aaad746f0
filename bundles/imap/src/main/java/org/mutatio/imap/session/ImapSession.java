package org.mutatio.imap.session;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.UidRange;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.imap.protocol.Answer;
import org.mutatio.imap.protocol.Command;
import org.mutatio.imap.protocol.CommandParser;
import org.mutatio.imap.protocol.FetchItem;
import org.mutatio.imap.protocol.Lexer;
import org.mutatio.imap.protocol.MailboxNames;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.wire.Incoming;
import org.mutatio.imap.wire.Outgoing;
import org.mutatio.net.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One conversation, RFC 9051 section 3: reads a command, does it, tells what changed meanwhile, answers.
///
/// Runs on one virtual thread, waits for the client in [Incoming] only, and holds no buffer while it waits between
/// commands. A refusal from deep inside is a [RefusedException], caught here in one place; what is our own fault is
/// answered SERVERBUG, and the session goes on in step, unless it happened in the midst of a literal.
final class ImapSession {
    private static final Logger log = LoggerFactory.getLogger(ImapSession.class);

    /// Commands that need no log-in.
    private static final Set<String> ANY = Set.of("CAPABILITY", "NOOP", "LOGOUT", "ID");

    private static final Set<String> STRANGERS = Set.of("STARTTLS", "AUTHENTICATE", "LOGIN");
    private static final Set<String> USERS = Set.of(
            "ENABLE",
            "SELECT",
            "EXAMINE",
            "CREATE",
            "DELETE",
            "RENAME",
            "SUBSCRIBE",
            "UNSUBSCRIBE",
            "LIST",
            "LSUB",
            "NAMESPACE",
            "STATUS",
            "APPEND",
            "IDLE");
    private static final Set<String> SELECTED = Set.of(
            "CHECK",
            "CLOSE",
            "UNSELECT",
            "EXPUNGE",
            "SEARCH",
            "FETCH",
            "STORE",
            "COPY",
            "MOVE",
            "UID SEARCH",
            "UID FETCH",
            "UID STORE",
            "UID COPY",
            "UID MOVE",
            "UID EXPUNGE");

    private static final Duration COMMAND_WHOLE_WITHIN = Duration.ofMinutes(5);
    /// Octets a second of a client that is slow, but not so slow that it must be a trick.
    private static final int SLOWEST = 4 * 1024;

    private final ImapServer server;
    private final Connection connection;
    private final Outgoing out;
    private final Incoming in;
    private final Lexer lexer;
    private final CommandParser parser;
    private final SessionState state = new SessionState();
    private boolean ended;
    private int errors;
    private int beforeLogin;
    /// Of the command that is being read or done; its word is empty until it was understood.
    private String tag = "*";

    private String word = "";

    ImapSession(ImapServer server, Connection connection) throws IOException {
        this.server = server;
        this.connection = connection;
        this.out = new Outgoing(connection.socket().getOutputStream());
        this.in = new Incoming(connection, out::flush);
        this.lexer = new Lexer(in, this::goAhead, ImapSettings.STRANGER);
        this.parser = new CommandParser(lexer);
    }

    private void goAhead() throws IOException {
        out.text("+ go ahead\r\n");
        out.flush();
    }

    /// Returns when the conversation is over.
    ///
    /// @throws IOException the peer has gone
    void run() throws IOException {
        converse(() -> {
            in.patience(server.settings().beforeLogin());
            out.text("* OK [CAPABILITY ").text(capabilities()).text("] Mutatio ready\r\n");
        });
    }

    /// Goes on with what another version of this bundle began; the client notices nothing.
    void resume(Handed handed) throws IOException {
        converse(() -> takeOver(handed));
    }

    private void takeOver(Handed handed) throws IOException {
        errors = handed.errors();
        beforeLogin = handed.beforeLogin();
        handed.enabled().forEach(state::enable);
        in.patience(server.settings().beforeLogin());
        Account account = handed.account();
        if (account != null) {
            state.authenticated(account);
            lexer.budget(ImapSettings.USER);
            in.patience(COMMAND_WHOLE_WITHIN);
        }
        Handed.Selected selected = handed.selected();
        if (selected != null) {
            try {
                state.select(View.resumed(server.services().store(), selected));
            } catch (RefusedChangeException | RefusedException e) {
                bye("UNAVAILABLE", "the mailbox was deleted");
                return;
            } catch (StoreUnavailableException | AbsentServiceException e) {
                log.warn("event=imap-not-resumed id={} reason=\"{}\"", connection.id(), e.getMessage());
                bye("UNAVAILABLE", "the mailbox cannot be read now, come again");
                return;
            }
        }
        if (!handed.idle().isEmpty()) {
            answer(handed.idle(), "IDLE", System.nanoTime(), () -> idling(handed.idle()));
        }
    }

    /// Gives all we know to the next version and ends here without a word.
    ///
    /// @param idle tag of the IDLE that goes on; empty: between two commands
    private void handOver(String idle) {
        View view = state.view();
        connection.handOver(new Handed(
                        state.account(),
                        state.enabled(),
                        view == null ? null : view.handed(),
                        idle,
                        errors,
                        beforeLogin)
                .octets());
        ended = true;
    }

    @FunctionalInterface
    private interface Beginning {
        void begin() throws IOException;
    }

    private void converse(Beginning beginning) throws IOException {
        try {
            beginning.begin();
            while (!ended) {
                if (!in.ready()) {
                    out.flush();
                }
                switch (in.await(
                        state.account() == null
                                ? server.settings().beforeLogin()
                                : server.settings().afterLogin())) {
                    case READY -> {
                        if (in.ready()) {
                            command();
                        }
                    }
                    case TIMEOUT -> bye("", "you were silent for too long");
                    case HAND_OVER -> handOver("");
                    case CLOSED -> ended = true;
                }
            }
            out.flush();
        } catch (Incoming.SilentPeerException e) {
            bye("", "a command took too long");
            out.flush();
        } catch (EOFException e) {
            log.debug("event=imap-gone id={}", connection.id());
        } finally {
            state.unselect();
        }
    }

    private void bye(String code, String text) throws IOException {
        ended = true;
        if (!out.inLiteral()) {
            out.text("* ").text(Answer.bye(code, text).toString()).text("\r\n");
        }
    }

    // ---- one command

    private void command() throws IOException {
        lexer.begin();
        in.wholeWithin(state.account() == null ? server.settings().beforeLogin() : COMMAND_WHOLE_WITHIN);
        answer("*", "", System.nanoTime(), () -> {
            tag = lexer.tag();
            lexer.sp();
            word = word();
            Command command = parser.arguments(word, state.enabled(SessionState.Extension.UTF8_ACCEPT));
            in.noDeadline();
            View view = state.view();
            if (view != null && SELECTED.contains(word)) {
                MailStore _ = server.services().store().lend(); // while there is none, it waits
                boolean _ = view.renewIfThere(); // whether it is there is told with the answer
            }
            return execute(tag, command);
        });
    }

    @FunctionalInterface
    private interface Work {
        /// @return null when it was answered already
        @Nullable
        Answer done() throws IOException, RefusedException, StoreUnavailableException;
    }

    /// Does the work of a command, whatever comes of it, and answers.
    private void answer(String itsTag, String itsWord, long began, Work work) throws IOException {
        tag = itsTag;
        word = itsWord;
        @Nullable Answer answer;
        try {
            answer = work.done();
            errors = 0;
        } catch (RefusedException e) {
            answer = e.answer();
            if (answer.condition() == Answer.Condition.BAD) {
                errors++;
                server.meters().counter("mutatio_imap_bad_commands_total").add();
            }
            if (!dropRest()) {
                return;
            }
            if (SELECTED.contains(word)) {
                tell(false); // perhaps it was right for a mailbox that the client does not know yet
            }
        } catch (AbsentServiceException e) {
            log.warn("event=imap-unavailable id={} command={} reason=\"{}\"", connection.id(), word, e.getMessage());
            answer = Answer.no("UNAVAILABLE", "not now, try again");
            if (!dropRest()) {
                return;
            }
        } catch (StoreUnavailableException e) {
            log.warn("event=imap-unavailable id={} command={} reason=\"{}\"", connection.id(), word, e.getMessage());
            answer = Answer.no("UNAVAILABLE", "not now, try again");
            if (!dropRest()) {
                return;
            }
        } catch (RuntimeException e) {
            log.error("event=imap-bug id={} command={}", connection.id(), word, e);
            server.meters().counter("mutatio_imap_faults_total").add();
            answer = Answer.no("SERVERBUG", "this was our fault, and it was noted");
            if (ended || out.inLiteral() || !dropRest()) {
                ended = true;
                return;
            }
        }
        in.noDeadline();
        if (answer == null) {
            return;
        }
        if (out.inLiteral()) {
            // a message could not be read to its end: whatever we sent now would be taken for a part of it
            ended = true;
            return;
        }
        out.text(tag).text(" ").text(answer.toString()).text("\r\n");
        server.meters()
                .histogram("mutatio_imap_command_seconds", "command", word.isEmpty() || !known(word) ? "bad" : word)
                .observe(System.nanoTime() - began);
        if (answer.condition() == Answer.Condition.BAD && errors >= ImapSettings.MOST_ERRORS) {
            bye("", "too many commands that make no sense");
        } else if (state.account() == null && !ended && ++beforeLogin >= ImapSettings.MOST_BEFORE_LOGIN) {
            bye("", "so many commands and no log-in");
        }
    }

    /// How long so many octets may take: half an hour for 7 MB.
    private static Duration time(long octets) {
        return COMMAND_WHOLE_WITHIN.plusSeconds(octets / SLOWEST);
    }

    private static boolean known(String word) {
        return ANY.contains(word) || STRANGERS.contains(word) || USERS.contains(word) || SELECTED.contains(word);
    }

    private boolean dropRest() throws IOException {
        if (lexer.inOctets()) {
            bye("SERVERBUG", "this was our fault, in the midst of a literal");
            return false;
        }
        in.wholeWithin(state.account() == null ? server.settings().beforeLogin() : time(lexer.pending()));
        if (lexer.drop()) {
            return true;
        }
        bye("TOOBIG", "more octets than we want to drop");
        return false;
    }

    /// The command's word in capitals, when it may be said now.
    private String word() throws IOException, RefusedException {
        String word = lexer.keyword();
        if (word.equals("UID")) {
            lexer.sp();
            word = "UID " + lexer.keyword();
        }
        if (ANY.contains(word)) {
            return word;
        }
        boolean known = known(word);
        if (!known) {
            throw RefusedException.bad("unknown command");
        }
        if (state.account() == null) {
            if (!STRANGERS.contains(word)) {
                throw RefusedException.bad("CLIENTBUG", "log in first");
            }
            return word;
        }
        if (STRANGERS.contains(word)) {
            throw RefusedException.bad("CLIENTBUG", "you have logged in already");
        }
        if (SELECTED.contains(word) && state.view() == null) {
            throw RefusedException.bad("CLIENTBUG", "select a mailbox first");
        }
        return word;
    }

    /// @return null when it was answered already
    private @Nullable Answer execute(String tag, Command command)
            throws IOException, RefusedException, StoreUnavailableException {
        return switch (command) {
            case Command.Capability _ -> {
                out.text("* CAPABILITY ").text(capabilities()).text("\r\n");
                yield Answer.ok("that is what we can do");
            }
            case Command.Noop _ -> {
                tell(true);
                yield Answer.ok("nothing done");
            }
            case Command.Check _ -> {
                tell(true);
                yield Answer.ok("all is kept");
            }
            case Command.Id _ -> {
                out.text("* ID (\"name\" \"Mutatio\")\r\n"); // RFC 2971 section 5: no version for strangers
                tell(true);
                yield Answer.ok("nice to meet you");
            }
            case Command.Logout _ -> {
                bye("", "see you");
                yield Answer.ok("logged out");
            }
            case Command.StartTls _ -> startTls(tag);
            case Command.Authenticate authenticate -> loggedIn(login().authenticate(authenticate));
            case Command.Login login -> loggedIn(login().login(login));
            case Command.Enable enable -> enable(enable);
            case Command.Select select -> select(select);
            case Command.Append append -> {
                in.wholeWithin(time(append.literal().size()));
                try (Appender appender = new Appender(server, connection, lexer, parser)) {
                    Answer answer = appender.append(append, account(), state.names());
                    tell(true);
                    yield answer;
                }
            }
            case Command.Idle _ -> idle(tag);
            case Command.Close _ -> close();
            case Command.Unselect _ -> {
                state.unselect();
                yield Answer.ok("unselected");
            }
            case Command.Expunge expunge -> expunge(expunge);
            case Command.Search search -> search(tag, search);
            case Command.Fetch fetch -> fetch(fetch);
            case Command.Store flags -> store(flags);
            case Command.Copy copy -> copy(copy);
            case Command.Create _,
                    Command.Delete _,
                    Command.Rename _,
                    Command.Subscribe _,
                    Command.ListMailboxes _,
                    Command.Namespace _,
                    Command.Status _ -> {
                Answer answer = new MailboxCommands(store(), account(), state, out, server.settings()).answer(command);
                tell(true);
                yield answer;
            }
        };
    }

    private MailStore store() {
        return server.services().mail();
    }

    private Account account() {
        Account account = state.account();
        if (account == null) {
            throw new IllegalStateException("nobody has logged in");
        }
        return account;
    }

    private View view() {
        View view = state.view();
        if (view == null) {
            throw new IllegalStateException("no mailbox is selected");
        }
        return view;
    }

    // ---- what we can do

    private boolean mayLogIn() {
        return connection.tls().isPresent() || connection.listener().plaintextAuth();
    }

    private String capabilities() {
        StringBuilder words = new StringBuilder("IMAP4rev2 IMAP4rev1 LITERAL+ SASL-IR ID ENABLE");
        if (state.account() == null) {
            if (connection.tls().isEmpty() && connection.listener().startTls()) {
                words.append(" STARTTLS");
            }
            if (mayLogIn()) {
                // no waiting here: a greeting is not kept back while `accounts` is being replaced
                server.services()
                        .sasl()
                        .now()
                        .ifPresent(sasl -> sasl.mechanisms(login().channel())
                                .forEach(name -> words.append(" AUTH=").append(name)));
            } else {
                words.append(" LOGINDISABLED");
            }
            return words.toString();
        }
        return words.append(" UIDPLUS MOVE IDLE UNSELECT NAMESPACE CHILDREN LIST-EXTENDED LIST-STATUS SPECIAL-USE"
                        + " CREATE-SPECIAL-USE ESEARCH SEARCHRES BINARY CONDSTORE STATUS=SIZE WITHIN UTF8=ACCEPT"
                        + " APPENDLIMIT=")
                .append(server.settings().messageSize().octets())
                .toString();
    }

    // ---- log-in

    private Login login() {
        return new Login(server, connection, in, out, lexer, parser, mayLogIn());
    }

    private Answer loggedIn(Account account) throws IOException {
        if (!connection.authenticated(account.address().toString())) {
            bye("LIMIT", "too many sessions");
            return Answer.no("LIMIT", "too many sessions of this account or address");
        }
        state.authenticated(account);
        lexer.budget(ImapSettings.USER);
        in.patience(COMMAND_WHOLE_WITHIN);
        log.info("event=imap-login id={} account={}", connection.id(), account.address());
        return Answer.ok("CAPABILITY " + capabilities(), "welcome");
    }

    /// RFC 9051 section 6.2.1, and section 11.1: what came in one packet with the command is an injection.
    private @Nullable Answer startTls(String tag) throws IOException, RefusedException {
        if (connection.tls().isPresent()) {
            throw RefusedException.bad("CLIENTBUG", "TLS is on already");
        }
        if (!connection.listener().startTls()) {
            throw RefusedException.bad("no STARTTLS here");
        }
        if (in.ready()) {
            log.warn("event=starttls-injection id={} remote={}", connection.id(), connection.remote());
            bye("CLIENTBUG", "octets behind STARTTLS");
            return Answer.bad("CLIENTBUG", "octets behind STARTTLS");
        }
        out.text(tag).text(" OK begin TLS\r\n");
        out.flush();
        connection.startTls();
        errors = 0;
        return null;
    }

    private Answer enable(Command.Enable enable) throws IOException {
        StringBuilder words = new StringBuilder();
        for (String extension : enable.extensions()) {
            Optional<SessionState.Extension> known = switch (extension) {
                case "IMAP4REV2" -> Optional.of(SessionState.Extension.IMAP4REV2);
                case "UTF8=ACCEPT" -> Optional.of(SessionState.Extension.UTF8_ACCEPT);
                case "CONDSTORE" -> Optional.of(SessionState.Extension.CONDSTORE);
                default -> Optional.empty();
            };
            if (known.isPresent() && state.enable(known.get())) {
                words.append(' ').append(extension.equals("IMAP4REV2") ? "IMAP4rev2" : extension);
            }
        }
        out.text("* ENABLED").text(words.toString()).text("\r\n");
        return Answer.ok("enabled");
    }

    // ---- selecting

    private Answer select(Command.Select select) throws IOException, RefusedException, StoreUnavailableException {
        boolean was = state.view() != null;
        state.unselect(); // also when the new one is not there; RFC 9051 section 6.3.2
        if (was && (state.enabled(SessionState.Extension.IMAP4REV2) || condstore())) {
            out.text("* OK [CLOSED] the mailbox before is closed\r\n");
        }
        MailboxNames names = state.names();
        String name = names.existing(select.mailbox());
        MailboxInfo info = store().mailbox(account().id(), name)
                .filter(MailboxInfo::selectable)
                .orElseThrow(() -> RefusedException.no("NONEXISTENT", "no such mailbox"));
        if (select.condstore()) {
            state.enable(SessionState.Extension.CONDSTORE);
        }
        View view;
        try {
            view = View.open(server.services().store(), info.id(), info.name(), select.examine());
        } catch (RefusedChangeException e) {
            throw RefusedException.no("NONEXISTENT", "no such mailbox");
        }
        state.select(view);
        MailboxState told = view.told();
        view.keywords(out);
        out.text("* ").number(told.size()).text(" EXISTS\r\n");
        if (!state.enabled(SessionState.Extension.IMAP4REV2)) {
            out.text("* 0 RECENT\r\n");
            int unseen = firstUnseen(told);
            if (unseen > 0) {
                out.text("* OK [UNSEEN ").number(unseen).text("] first unseen\r\n");
            }
        }
        out.text("* OK [UIDVALIDITY ").number(told.uidValidity()).text("] UIDs are valid\r\n");
        out.text("* OK [UIDNEXT ").number(told.uidNext()).text("] predicted next UID\r\n");
        out.text("* OK [HIGHESTMODSEQ ").number(told.highestModSeq()).text("] highest\r\n");
        if (state.enabled(SessionState.Extension.IMAP4REV2)) {
            out.text("* LIST () \"/\" ").text(names.wire(info.name())).text("\r\n");
        }
        return select.examine() ? Answer.ok("READ-ONLY", "examined") : Answer.ok("READ-WRITE", "selected");
    }

    private static int firstUnseen(MailboxState state) {
        for (int position = 0; position < state.size(); position++) {
            if (!state.flags(position).has(Flags.SEEN)) {
                return position + 1;
            }
        }
        return 0;
    }

    private Answer close() throws StoreUnavailableException, RefusedException {
        View view = view();
        if (!view.readOnly()) {
            // RFC 9051 section 6.4.1: without EXPUNGE responses; only what this session knows of
            List<UidRange> known = Positions.all(view.told().size()).uids(view.told());
            if (!known.isEmpty()) {
                commit(new Change.Expunge(view.id(), known), "NONEXISTENT");
            }
        }
        state.unselect();
        return Answer.ok("closed");
    }

    private Answer expunge(Command.Expunge expunge) throws IOException, RefusedException, StoreUnavailableException {
        View view = writable();
        Positions among = expunge.uids().isPresent()
                ? view.positions(expunge.uids().get(), true)
                : Positions.all(view.told().size());
        if (!among.isEmpty()) {
            List<UidRange> deleted = deleted(view, among);
            if (!deleted.isEmpty()) {
                commit(new Change.Expunge(view.id(), deleted), "NONEXISTENT");
            }
        }
        tell(true);
        if (condstore()) {
            // RFC 7162 section 3.1.10 (erratum): what the client may remember
            return Answer.ok("HIGHESTMODSEQ " + view.told().highestModSeq(), "expunged");
        }
        return Answer.ok("expunged");
    }

    private static List<UidRange> deleted(View view, Positions among) {
        MailboxState newest = view.newest();
        List<UidRange> wanted = among.uids(view.told());
        Positions there = Positions.ofUids(wanted, newest);
        Positions.Builder builder = new Positions.Builder();
        for (int i = 0; i < there.ranges(); i++) {
            for (int position = there.first(i); position <= there.last(i); position++) {
                if (newest.flags(position).has(Flags.DELETED)) {
                    builder.add(position);
                }
            }
        }
        return builder.build().uids(newest);
    }

    private View writable() throws RefusedException {
        View view = view();
        if (view.readOnly()) {
            throw RefusedException.no("CANNOT", "the mailbox was opened to read only");
        }
        return view;
    }

    private <R> R commit(Change<R> change, String nonexistent) throws RefusedException, StoreUnavailableException {
        try {
            return store().commit(change);
        } catch (RefusedChangeException e) {
            throw refused(e, nonexistent);
        }
    }

    /// @param nonexistent TRYCREATE where creating the mailbox would help
    static RefusedException refused(RefusedChangeException e, String nonexistent) {
        return switch (e.refusal()) {
            case NONEXISTENT -> RefusedException.no(nonexistent, "no such mailbox");
            case ALREADYEXISTS -> RefusedException.no("ALREADYEXISTS", "there is a mailbox of that name");
            case OVERQUOTA -> RefusedException.no("OVERQUOTA", "the account is full");
            case CANNOT -> RefusedException.no("CANNOT", "that cannot be done");
            case USEATTR -> RefusedException.no("USEATTR", "another mailbox has that role");
            case LIMIT -> RefusedException.no("LIMIT", "too many of them");
        };
    }

    // ---- telling

    private boolean condstore() {
        return state.enabled(SessionState.Extension.CONDSTORE);
    }

    private void tell(boolean expunges) throws IOException {
        tell(expunges, View.Known.NOTHING);
    }

    /// Tells what changed in the selected mailbox.
    ///
    /// @param expunges EXPUNGE may be told: not while the client's message numbers are in use (RFC 9051 section
    ///     7.5.1)
    private void tell(boolean expunges, View.Known known) throws IOException {
        View view = state.view();
        if (view == null) {
            return;
        }
        if (!view.renewIfThere()) {
            bye("UNAVAILABLE", "the mailbox was deleted");
            return;
        }
        view.tell(
                out,
                new View.Manner(state.enabled(SessionState.Extension.IMAP4REV2) || condstore(), condstore(), expunges),
                known);
        if (view.newest().deleted()) {
            // RFC 2180 section 3.3: nothing can be done there any more
            bye("UNAVAILABLE", "the mailbox was deleted");
        }
    }

    /// A command that asks for MODSEQs turns CONDSTORE on; RFC 7162 section 3.1.
    private void turnCondstoreOn() throws IOException {
        if (state.enable(SessionState.Extension.CONDSTORE)) {
            out.text("* OK [HIGHESTMODSEQ ")
                    .number(view().told().highestModSeq())
                    .text("] highest\r\n");
        }
    }

    // ---- IDLE, RFC 9051 section 6.3.13

    private @Nullable Answer idle(String tag) throws IOException, RefusedException {
        out.text("+ idling\r\n");
        return idling(tag);
    }

    /// @return null: it goes on in the next version of this bundle
    private @Nullable Answer idling(String tag) throws IOException, RefusedException {
        View view = state.view();
        if (view != null) {
            view.onChange(connection::wake);
        }
        try {
            while (!ended) {
                tell(true);
                out.flush();
                if (ended) {
                    break;
                }
                Connection.Input input = in.await(Duration.ofDays(1));
                switch (input) {
                    case READY -> {
                        if (in.ready()) {
                            return done();
                        }
                    }
                    case TIMEOUT -> {} // IDLE has no end of its own
                    case HAND_OVER -> {
                        handOver(tag);
                        return null;
                    }
                    case CLOSED -> throw new EOFException("the client has gone");
                }
            }
            return Answer.ok("idled");
        } finally {
            if (view != null) {
                view.onChange(() -> {});
            }
        }
    }

    private Answer done() throws IOException, RefusedException {
        lexer.begin();
        in.wholeWithin(COMMAND_WHOLE_WITHIN);
        if (!parser.response().toUpperCase(Locale.ROOT).equals("DONE")) {
            throw RefusedException.bad("IDLE ends with DONE");
        }
        tell(true);
        return Answer.ok("idled");
    }

    // ---- messages

    private Answer search(String tag, Command.Search search) throws IOException, RefusedException {
        View view = view();
        SearchRun run = new SearchRun(view, out, server.settings().searchTime(), server.clock());
        if (SearchRun.asksModSeq(search.key())) {
            turnCondstoreOn();
        }
        Answer answer = run.answer(tag, search, out, state.enabled(SessionState.Extension.IMAP4REV2));
        tell(search.uid());
        return answer;
    }

    private Answer fetch(Command.Fetch fetch) throws IOException, RefusedException, StoreUnavailableException {
        View view = view();
        List<FetchItem> items = new ArrayList<>(fetch.items());
        if (fetch.uid() && !items.contains(FetchItem.Plain.UID)) {
            items.addFirst(FetchItem.Plain.UID); // RFC 9051 section 6.4.9
        }
        boolean asks = fetch.changedSince().isPresent();
        if (asks && !items.contains(FetchItem.Plain.MODSEQ)) {
            items.add(FetchItem.Plain.MODSEQ); // RFC 7162 section 3.1.4.1
        }
        if (items.contains(FetchItem.Plain.MODSEQ)) {
            turnCondstoreOn();
        }
        Positions wanted = view.positions(fetch.set(), fetch.uid());
        List<UidRange> seen = List.of();
        if (!view.readOnly() && items.stream().anyMatch(FetchWriter::sees)) {
            seen = see(view, wanted);
            if (!seen.isEmpty()) {
                if (!items.contains(FetchItem.Plain.FLAGS)) {
                    // before the octets: a client that reads as it goes knows them first
                    items.add(items.getFirst() == FetchItem.Plain.UID ? 1 : 0, FetchItem.Plain.FLAGS);
                }
                if (condstore() && !items.contains(FetchItem.Plain.MODSEQ)) {
                    items.add(FetchItem.Plain.MODSEQ);
                }
                view.tellKeywords(out);
            }
        }
        FetchWriter writer = new FetchWriter(out, view, items, state.utf8());
        long since = fetch.changedSince().orElse(-1);
        int failed = 0;
        boolean fault = false;
        RefusedException refused = null;
        for (int i = 0; i < wanted.ranges(); i++) {
            for (int position = wanted.first(i); position <= wanted.last(i); position++) {
                // a UID that is gone is ignored (RFC 9051 section 6.4.9), a number stays readable until
                // EXPUNGE is told
                if (fetch.uid() && writer.gone(position) || asks && writer.modSeq(position) <= since) {
                    continue;
                }
                out.mark();
                try {
                    writer.write(position);
                } catch (Outgoing.PeerGoneException e) {
                    throw e;
                } catch (IOException e) {
                    log.warn(
                            "event=imap-unreadable id={} mailbox={} uid={} reason=\"{}\"",
                            connection.id(),
                            view.id(),
                            view.told().uid(position),
                            e.getMessage());
                    failed++;
                    if (!out.back()) {
                        ended = true;
                        throw e;
                    }
                } catch (RefusedException e) {
                    refused = e;
                    if (!out.back()) {
                        ended = true;
                        throw e;
                    }
                } catch (RuntimeException e) {
                    // one message that we cannot cope with does not hide the others
                    log.error(
                            "event=imap-bug id={} mailbox={} uid={} reason=\"{}\"",
                            connection.id(),
                            view.id(),
                            view.told().uid(position),
                            e.toString(),
                            fault ? null : e); // one stack is enough
                    server.meters().counter("mutatio_imap_faults_total").add();
                    failed++;
                    fault = true;
                    if (!out.back()) {
                        ended = true;
                        throw e;
                    }
                }
            }
        }
        List<UidRange> marked = seen;
        boolean all = failed == 0 && refused == null; // else some flags were taken back with their lines
        tell(fetch.uid(), all ? View.Known.of(uid -> contains(marked, uid), writer.version()) : View.Known.NOTHING);
        if (refused != null) {
            throw refused;
        }
        if (failed > 0) {
            return Answer.no(fault ? "SERVERBUG" : "UNAVAILABLE", failed + " of the messages cannot be read now");
        }
        return Answer.ok("fetched");
    }

    private static boolean contains(List<UidRange> ranges, long uid) {
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            UidRange range = ranges.get(middle);
            if (uid < range.first()) {
                high = middle - 1;
            } else if (uid > range.last()) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /// Sets \Seen where it is missing; reading goes on when it cannot be set now.
    ///
    /// @return where it was set
    private List<UidRange> see(View view, Positions wanted) throws RefusedException {
        Positions.Builder unseen = new Positions.Builder();
        FetchWriter writer = new FetchWriter(out, view, List.of(), false);
        for (int i = 0; i < wanted.ranges(); i++) {
            for (int position = wanted.first(i); position <= wanted.last(i); position++) {
                if (!writer.flags(position).has(Flags.SEEN)) {
                    unseen.add(position);
                }
            }
        }
        List<UidRange> uids = unseen.build().uids(view.told());
        if (uids.isEmpty()) {
            return uids;
        }
        try {
            return commit(
                            new Change.StoreFlags(
                                    view.id(),
                                    uids,
                                    Change.FlagMode.ADD,
                                    Flags.of(Flags.SEEN),
                                    java.util.OptionalLong.empty()),
                            "NONEXISTENT")
                    .changed();
        } catch (StoreUnavailableException e) {
            log.warn("event=imap-seen-not-set id={} reason=\"{}\"", connection.id(), e.getMessage());
            return List.of();
        }
    }

    private Answer store(Command.Store store) throws IOException, RefusedException, StoreUnavailableException {
        View view = writable();
        Positions wanted = view.positions(store.set(), store.uid());
        Flags flags = flags(store.flags(), true);
        if (store.unchangedSince().isPresent()) {
            turnCondstoreOn();
        }
        if (wanted.isEmpty()) {
            tell(store.uid());
            return Answer.ok("nothing to change");
        }
        Change.FlagsStored stored = commit(
                new Change.StoreFlags(view.id(), wanted.uids(view.told()), store.mode(), flags, store.unchangedSince()),
                "NONEXISTENT");
        view.tellKeywords(out);
        MailboxState newest = view.newest();
        List<UidRange> mine = store.unchangedSince().isPresent() ? stored.changed() : wanted.uids(view.told());
        View.Known known;
        if (store.silent() && !condstore()) {
            MailboxState before = view.told();
            known = View.Known.of(
                    uid -> contains(stored.changed(), uid) && expected(before, newest, uid, store.mode(), flags),
                    newest);
        } else {
            List<FetchItem> items = new ArrayList<>();
            if (store.uid()) {
                items.add(FetchItem.Plain.UID);
            }
            if (condstore()) {
                items.add(FetchItem.Plain.MODSEQ);
            }
            if (!store.silent()) {
                items.add(FetchItem.Plain.FLAGS);
            }
            FetchWriter writer = new FetchWriter(out, view, items, state.utf8());
            for (int i = 0; i < wanted.ranges(); i++) {
                for (int position = wanted.first(i); position <= wanted.last(i); position++) {
                    long uid = view.told().uid(position);
                    if (newest.position(uid) >= 0 && contains(mine, uid)) {
                        writer.write(position);
                    }
                }
            }
            known = View.Known.of(uid -> contains(mine, uid), writer.version());
        }
        tell(false, known);
        if (!stored.modified().isEmpty()) {
            Positions left = Positions.ofUids(stored.modified(), view.told());
            return Answer.ok(
                    "MODIFIED " + (store.uid() ? Sets.uids(stored.modified()) : Sets.numbers(left)),
                    "some had changed");
        }
        return Answer.ok("stored");
    }

    /// Whether the flags are what the client thinks they are after its own silent STORE.
    private static boolean expected(
            MailboxState before, MailboxState after, long uid, Change.FlagMode mode, Flags flags) {
        int was = before.position(uid);
        int is = after.position(uid);
        if (was < 0 || is < 0) {
            return false;
        }
        Flags then = switch (mode) {
            case SET -> flags;
            case ADD -> before.flags(was).plus(flags);
            case REMOVE -> before.flags(was).minus(flags);
        };
        return then.equals(after.flags(is));
    }

    /// @param store of STORE: `\Recent` is forgiven there
    static Flags flags(List<String> names, boolean store) throws RefusedException {
        int system = 0;
        SortedSet<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : names) {
            if (name.startsWith("\\")) {
                int bit = Flags.bit(name);
                if (bit == 0 && !name.equalsIgnoreCase("\\Recent")) {
                    throw RefusedException.bad("no such flag");
                }
                system |= bit;
            } else {
                if (name.length() > 100) {
                    throw RefusedException.no("LIMIT", "a keyword is too long");
                }
                keywords.add(name);
            }
        }
        if (keywords.size() > 100) {
            throw RefusedException.no("LIMIT", "too many keywords" + (store ? "" : " for one message"));
        }
        return new Flags(system, keywords);
    }

    private Answer copy(Command.Copy copy) throws IOException, RefusedException, StoreUnavailableException {
        View view = copy.move() ? writable() : view();
        Positions wanted = view.positions(copy.set(), copy.uid());
        String name = state.names().existing(copy.mailbox());
        MailboxInfo target = store().mailbox(account().id(), name)
                .filter(MailboxInfo::selectable)
                .orElseThrow(() -> RefusedException.no("TRYCREATE", "no such mailbox"));
        if (wanted.isEmpty()) {
            tell(copy.uid());
            return Answer.ok("nothing there"); // RFC 9051 section 6.4.9: not an error
        }
        Change.Copied copied = commit(
                new Change.Copy(
                        view.id(),
                        wanted.uids(view.told()),
                        target.id(),
                        copy.move(),
                        Quota.limit(account(), server.services().policies())),
                "TRYCREATE");
        String code = copied.sources().isEmpty()
                ? ""
                : "COPYUID " + copied.uidValidity() + " " + Sets.uids(copied.sources()) + " "
                        + Sets.uids(copied.targets());
        if (!copy.move()) {
            tell(copy.uid());
            return Answer.ok(code, "copied");
        }
        if (!code.isEmpty()) {
            out.text("* ").text(Answer.ok(code, "moved").toString()).text("\r\n"); // RFC 6851 section 4.3
        }
        tell(true);
        return Answer.ok(condstore() ? "HIGHESTMODSEQ " + view.told().highestModSeq() : "", "moved");
    }

    /// The store is another one: looks whether IDLE has something to tell; from any thread.
    void wake() {
        connection.wake();
    }

    /// Names the session in logs.
    @Override
    public String toString() {
        return connection.id();
    }
}
