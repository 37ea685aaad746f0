package org.mutatio.imap.protocol;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.SpecialUse;

/// The grammar of RFC 9051 section 9, behind tag and command word.
public final class CommandParser {
    /// Arguments of one list: flags, patterns, field names, fetch items.
    private static final int MOST_ARGUMENTS = 1_000;

    private final Lexer lexer;

    public CommandParser(Lexer lexer) {
        this.lexer = lexer;
    }

    /// The arguments of a command, up to its line end; of APPEND up to the literal.
    ///
    /// @param word in capitals; of a UID command with `UID ` before it
    /// @param noCharset UTF8=ACCEPT is enabled: CHARSET is BAD (RFC 6855 section 3)
    /// @throws RefusedException the rest of the command is not read
    public Command arguments(String word, boolean noCharset) throws IOException, RefusedException {
        return switch (word) {
            case "CAPABILITY" -> bare(new Command.Capability());
            case "NOOP" -> bare(new Command.Noop());
            case "CHECK" -> bare(new Command.Check());
            case "LOGOUT" -> bare(new Command.Logout());
            case "STARTTLS" -> bare(new Command.StartTls());
            case "NAMESPACE" -> bare(new Command.Namespace());
            case "IDLE" -> bare(new Command.Idle());
            case "CLOSE" -> bare(new Command.Close());
            case "UNSELECT" -> bare(new Command.Unselect());
            case "EXPUNGE" -> bare(new Command.Expunge(Optional.empty()));
            case "ID" -> id();
            case "AUTHENTICATE" -> authenticate();
            case "LOGIN" -> login();
            case "ENABLE" -> enable();
            case "SELECT" -> select(false);
            case "EXAMINE" -> select(true);
            case "CREATE" -> create();
            case "DELETE" -> bare(new Command.Delete(argument()));
            case "RENAME" -> bare(new Command.Rename(argument(), argument()));
            case "SUBSCRIBE" -> bare(new Command.Subscribe(argument(), true));
            case "UNSUBSCRIBE" -> bare(new Command.Subscribe(argument(), false));
            case "LIST" -> list();
            case "LSUB" -> lsub();
            case "STATUS" -> status();
            case "APPEND" -> append();
            case "SEARCH" -> new SearchParser(lexer).search(false, noCharset);
            case "FETCH" -> fetch(false);
            case "STORE" -> store(false);
            case "COPY" -> copy(false, false);
            case "MOVE" -> copy(false, true);
            case "UID SEARCH" -> new SearchParser(lexer).search(true, noCharset);
            case "UID FETCH" -> fetch(true);
            case "UID STORE" -> store(true);
            case "UID COPY" -> copy(true, false);
            case "UID MOVE" -> copy(true, true);
            case "UID EXPUNGE" -> {
                lexer.sp();
                yield bare(new Command.Expunge(Optional.of(lexer.sequenceSet())));
            }
            default -> throw RefusedException.bad("unknown command");
        };
    }

    private Command bare(Command command) throws IOException, RefusedException {
        lexer.eol();
        return command;
    }

    private String argument() throws IOException, RefusedException {
        lexer.sp();
        return lexer.astring();
    }

    private void limit(int size) throws RefusedException {
        if (size >= MOST_ARGUMENTS) {
            throw RefusedException.no("LIMIT", "too many arguments");
        }
    }

    private Command id() throws IOException, RefusedException {
        lexer.sp();
        if (lexer.accept('(')) {
            int fields = 0;
            while (!lexer.accept(')')) {
                if (fields > 0) {
                    lexer.sp();
                }
                if (++fields > 60) { // RFC 2971 section 3.3: 30 pairs
                    throw RefusedException.bad("ID has at most 30 pairs");
                }
                nstring();
            }
        } else if (!lexer.keyword().equals("NIL")) {
            throw RefusedException.bad("expected a list or NIL");
        }
        return bare(new Command.Id());
    }

    private void nstring() throws IOException, RefusedException {
        int c = lexer.peek();
        if (c == '"' || c == '{') {
            lexer.string();
        } else if (!lexer.keyword().equals("NIL")) {
            throw RefusedException.bad("expected a string or NIL");
        }
    }

    private Command authenticate() throws IOException, RefusedException {
        lexer.sp();
        String mechanism = lexer.keyword();
        Optional<String> initial = Optional.empty();
        if (!lexer.atEol() && lexer.accept(' ')) {
            if (!lexer.atEol()) {
                initial = Optional.of(base64());
            }
        }
        return bare(new Command.Authenticate(mechanism, initial));
    }

    private String base64() throws IOException, RefusedException {
        StringBuilder text = new StringBuilder();
        while (!lexer.atEol() && lexer.peek() != ' ') {
            if (text.length() > 16 * 1024) {
                throw RefusedException.no("LIMIT", "the response is too long");
            }
            text.append((char) lexer.next());
        }
        return text.toString();
    }

    /// A line that answers a challenge, its end included; `*` cancels. Not longer than a token of OAuth.
    public String response() throws IOException, RefusedException {
        String text = base64();
        lexer.eol();
        return text;
    }

    private Command login() throws IOException, RefusedException {
        return bare(new Command.Login(argument(), argument()));
    }

    private Command enable() throws IOException, RefusedException {
        List<String> extensions = new ArrayList<>();
        do {
            lexer.sp();
            if (lexer.atEol()) {
                break;
            }
            limit(extensions.size());
            extensions.add(lexer.keyword());
        } while (!lexer.atEol());
        if (extensions.isEmpty()) {
            throw RefusedException.bad("ENABLE what?");
        }
        return bare(new Command.Enable(extensions));
    }

    private Command select(boolean examine) throws IOException, RefusedException {
        String mailbox = argument();
        boolean condstore = false;
        if (!lexer.atEol()) {
            lexer.sp();
            if (!lexer.atEol()) {
                lexer.expect('(');
                do {
                    if (!lexer.keyword().equals("CONDSTORE")) {
                        throw RefusedException.bad("unknown parameter of SELECT");
                    }
                    condstore = true;
                } while (lexer.accept(' '));
                lexer.expect(')');
            }
        }
        return bare(new Command.Select(mailbox, examine, condstore));
    }

    private Command create() throws IOException, RefusedException {
        String mailbox = argument();
        List<SpecialUse> use = new ArrayList<>();
        if (!lexer.atEol()) {
            lexer.sp();
            if (!lexer.atEol()) {
                lexer.expect('(');
                if (!lexer.keyword().equals("USE")) {
                    throw RefusedException.bad("unknown parameter of CREATE");
                }
                lexer.sp();
                lexer.expect('(');
                while (!lexer.accept(')')) {
                    if (!use.isEmpty()) {
                        lexer.sp();
                    }
                    // RFC 6154 section 3: an attribute that we do not know is refused USEATTR
                    String attribute = lexer.flag();
                    limit(use.size());
                    use.add(SpecialUse.of(attribute)
                            .orElseThrow(() -> RefusedException.no("USEATTR", "no such role here")));
                }
                lexer.expect(')');
            }
        }
        return bare(new Command.Create(mailbox, List.copyOf(use)));
    }

    private static final Set<String> SELECTIONS = Set.of("SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE");

    private Command list() throws IOException, RefusedException {
        Set<String> select = new LinkedHashSet<>();
        Set<String> result = new LinkedHashSet<>();
        List<Command.StatusItem> status = List.of();
        boolean extended = false;
        lexer.sp();
        if (lexer.accept('(')) {
            extended = true;
            while (!lexer.accept(')')) {
                if (!select.isEmpty()) {
                    lexer.sp();
                }
                String option = lexer.keyword();
                if (!SELECTIONS.contains(option)) {
                    throw RefusedException.bad("unknown selection option");
                }
                select.add(option);
            }
            // RFC 9051 section 6.3.9.1: RECURSIVEMATCH needs something that selects
            if (select.contains("RECURSIVEMATCH")
                    && !select.contains("SUBSCRIBED")
                    && !select.contains("SPECIAL-USE")) {
                throw RefusedException.bad("RECURSIVEMATCH needs another selection option");
            }
            lexer.sp();
        }
        String reference = lexer.astring();
        lexer.sp();
        List<String> patterns = new ArrayList<>();
        if (lexer.accept('(')) {
            extended = true;
            do {
                limit(patterns.size());
                patterns.add(lexer.listMailbox());
            } while (lexer.accept(' '));
            lexer.expect(')');
        } else {
            patterns.add(lexer.listMailbox());
        }
        if (!lexer.atEol()) {
            lexer.sp();
        }
        if (!lexer.atEol()) {
            extended = true;
            if (!lexer.keyword().equals("RETURN")) {
                throw RefusedException.bad("expected RETURN");
            }
            lexer.sp();
            lexer.expect('(');
            boolean first = true;
            while (!lexer.accept(')')) {
                if (!first) {
                    lexer.sp();
                }
                first = false;
                String option = lexer.keyword();
                switch (option) {
                    case "SUBSCRIBED", "CHILDREN", "SPECIAL-USE" -> result.add(option);
                    case "STATUS" -> {
                        lexer.sp();
                        status = statusItems();
                    }
                    default -> throw RefusedException.bad("unknown return option");
                }
            }
        }
        return bare(new Command.ListMailboxes(
                Set.copyOf(select), reference, List.copyOf(patterns), Set.copyOf(result), status, extended, false));
    }

    private Command lsub() throws IOException, RefusedException {
        String reference = argument();
        lexer.sp();
        return bare(new Command.ListMailboxes(
                Set.of("SUBSCRIBED"), reference, List.of(lexer.listMailbox()), Set.of(), List.of(), false, true));
    }

    private Command status() throws IOException, RefusedException {
        String mailbox = argument();
        lexer.sp();
        return bare(new Command.Status(mailbox, statusItems()));
    }

    private List<Command.StatusItem> statusItems() throws IOException, RefusedException {
        lexer.expect('(');
        Set<Command.StatusItem> items = new LinkedHashSet<>();
        do {
            String name = lexer.keyword();
            Command.StatusItem item;
            try {
                item = Command.StatusItem.valueOf(name);
            } catch (IllegalArgumentException e) {
                throw RefusedException.bad("unknown status item");
            }
            items.add(item);
        } while (lexer.accept(' '));
        lexer.expect(')');
        return List.copyOf(items);
    }

    private Command append() throws IOException, RefusedException {
        String mailbox = argument();
        lexer.sp();
        List<String> flags = List.of();
        if (lexer.peek() == '(') {
            flags = flagList();
            lexer.sp();
        }
        Optional<Instant> date = Optional.empty();
        if (lexer.peek() == '"') {
            try {
                date = Optional.of(ImapDates.moment(lexer.string()));
            } catch (IllegalArgumentException e) {
                throw RefusedException.bad("not a date and time");
            }
            lexer.sp();
        }
        boolean utf8 = false;
        int c = lexer.peek();
        if (c == 'U' || c == 'u') {
            if (!lexer.keyword().equals("UTF8")) {
                throw RefusedException.bad("expected a literal");
            }
            lexer.sp();
            lexer.expect('(');
            utf8 = true;
        }
        c = lexer.peek();
        if (c != '{' && c != '~') {
            throw RefusedException.bad("expected a literal");
        }
        return new Command.Append(mailbox, flags, date, lexer.literalHead(), utf8);
    }

    /// What follows the literal of an APPEND.
    public void appendEnd(Command.Append append) throws IOException, RefusedException {
        if (append.utf8()) {
            lexer.expect(')');
        }
        if (lexer.peek() == ' ') {
            lexer.next();
            if (!lexer.atEol()) {
                // MULTIAPPEND (RFC 3502) is not offered; what follows is dropped, literals included
                throw RefusedException.bad("one message for each APPEND");
            }
        }
        lexer.eol();
    }

    private List<String> flagList() throws IOException, RefusedException {
        lexer.expect('(');
        List<String> flags = new ArrayList<>();
        while (!lexer.accept(')')) {
            if (!flags.isEmpty()) {
                lexer.sp();
                if (lexer.accept(')')) {
                    break;
                }
            }
            limit(flags.size());
            flags.add(lexer.flag());
        }
        return List.copyOf(flags);
    }

    private Command store(boolean uid) throws IOException, RefusedException {
        lexer.sp();
        SequenceSet set = lexer.sequenceSet();
        lexer.sp();
        OptionalLong unchangedSince = OptionalLong.empty();
        if (lexer.accept('(')) {
            do {
                if (!lexer.keyword().equals("UNCHANGEDSINCE")) {
                    throw RefusedException.bad("unknown modifier of STORE");
                }
                lexer.sp();
                unchangedSince = OptionalLong.of(lexer.number());
            } while (lexer.accept(' '));
            lexer.expect(')');
            lexer.sp();
        }
        Change.FlagMode mode = lexer.accept('+')
                ? Change.FlagMode.ADD
                : lexer.accept('-') ? Change.FlagMode.REMOVE : Change.FlagMode.SET;
        String word = lexer.keyword();
        boolean silent = word.equals("FLAGS.SILENT");
        if (!silent && !word.equals("FLAGS")) {
            throw RefusedException.bad("STORE changes FLAGS only");
        }
        lexer.sp();
        List<String> flags;
        if (lexer.peek() == '(') {
            flags = flagList();
        } else {
            flags = new ArrayList<>();
            do {
                limit(flags.size());
                flags.add(lexer.flag());
            } while (!lexer.atEol() && lexer.accept(' ') && !lexer.atEol());
        }
        return bare(new Command.Store(uid, set, mode, silent, List.copyOf(flags), unchangedSince));
    }

    private Command copy(boolean uid, boolean move) throws IOException, RefusedException {
        lexer.sp();
        SequenceSet set = lexer.sequenceSet();
        return bare(new Command.Copy(uid, set, argument(), move));
    }

    // ---- FETCH, RFC 9051 section 6.4.5

    private Command fetch(boolean uid) throws IOException, RefusedException {
        lexer.sp();
        SequenceSet set = lexer.sequenceSet();
        lexer.sp();
        Set<FetchItem> items = new LinkedHashSet<>();
        if (lexer.accept('(')) {
            while (!lexer.accept(')')) {
                if (!items.isEmpty()) {
                    lexer.sp();
                    if (lexer.accept(')')) {
                        break;
                    }
                }
                limit(items.size());
                item(items, false);
            }
            if (items.isEmpty()) {
                throw RefusedException.bad("FETCH what?");
            }
        } else {
            item(items, true);
        }
        OptionalLong changedSince = OptionalLong.empty();
        if (!lexer.atEol()) {
            lexer.sp();
        }
        if (!lexer.atEol()) {
            lexer.expect('(');
            do {
                if (!lexer.keyword().equals("CHANGEDSINCE")) {
                    throw RefusedException.bad("unknown modifier of FETCH");
                }
                lexer.sp();
                long since = lexer.number();
                changedSince = OptionalLong.of(since);
            } while (lexer.accept(' '));
            lexer.expect(')');
        }
        return bare(new Command.Fetch(uid, set, List.copyOf(items), changedSince));
    }

    private void item(Set<FetchItem> items, boolean alone) throws IOException, RefusedException {
        String name = itemName();
        if (lexer.peek() == '[') {
            lexer.next();
            switch (name) {
                case "BODY" -> items.add(body(false));
                case "BODY.PEEK" -> items.add(body(true));
                case "BINARY" -> items.add(binary(false));
                case "BINARY.PEEK" -> items.add(binary(true));
                case "BINARY.SIZE" -> {
                    String part = part();
                    lexer.expect(']');
                    items.add(new FetchItem.BinarySize(part));
                }
                default -> throw RefusedException.bad("unknown fetch item");
            }
            return;
        }
        switch (name) {
            case "FLAGS", "UID", "INTERNALDATE", "ENVELOPE", "BODY", "BODYSTRUCTURE", "MODSEQ", "RFC822" ->
                items.add(FetchItem.Plain.valueOf(name));
            case "RFC822.SIZE" -> items.add(FetchItem.Plain.RFC822_SIZE);
            case "RFC822.HEADER" -> items.add(FetchItem.Plain.RFC822_HEADER);
            case "RFC822.TEXT" -> items.add(FetchItem.Plain.RFC822_TEXT);
            case "ALL", "FAST", "FULL" -> {
                if (!alone) {
                    throw RefusedException.bad("a macro stands alone");
                }
                items.add(FetchItem.Plain.FLAGS);
                items.add(FetchItem.Plain.INTERNALDATE);
                items.add(FetchItem.Plain.RFC822_SIZE);
                if (!name.equals("FAST")) {
                    items.add(FetchItem.Plain.ENVELOPE);
                }
                if (name.equals("FULL")) {
                    items.add(FetchItem.Plain.BODY);
                }
            }
            default -> throw RefusedException.bad("unknown fetch item");
        }
    }

    private String itemName() throws IOException, RefusedException {
        StringBuilder name = new StringBuilder();
        while (name.length() < 32) {
            int c = lexer.peek();
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.') {
                name.append((char) lexer.next());
            } else {
                break;
            }
        }
        return name.toString().toUpperCase(Locale.ROOT);
    }

    /// `1.2.` or nothing.
    private String part() throws IOException, RefusedException {
        StringBuilder part = new StringBuilder();
        while (lexer.peek() >= '0' && lexer.peek() <= '9') {
            if (part.length() > 500) {
                throw RefusedException.no("LIMIT", "a part number is too long");
            }
            long number = lexer.number();
            if (number == 0 || number > Integer.MAX_VALUE) {
                throw RefusedException.bad("parts are numbered from 1");
            }
            part.append(part.isEmpty() ? "" : ".").append(number);
            if (lexer.peek() != '.') {
                break;
            }
            lexer.next();
            if (!(lexer.peek() >= '0' && lexer.peek() <= '9')) {
                part.append('.'); // a word follows
                break;
            }
        }
        return part.toString();
    }

    private FetchItem body(boolean peek) throws IOException, RefusedException {
        String part = part();
        boolean word = part.isEmpty() || part.endsWith(".");
        if (part.endsWith(".")) {
            part = part.substring(0, part.length() - 1);
        }
        FetchItem.Text text = FetchItem.Text.ALL;
        List<String> names = new ArrayList<>();
        if (word && lexer.peek() != ']') {
            text = switch (itemName()) {
                case "HEADER" -> FetchItem.Text.HEADER;
                case "TEXT" -> FetchItem.Text.TEXT;
                case "MIME" -> FetchItem.Text.MIME;
                case "HEADER.FIELDS" -> FetchItem.Text.FIELDS;
                case "HEADER.FIELDS.NOT" -> FetchItem.Text.FIELDS_NOT;
                default -> throw RefusedException.bad("unknown section");
            };
            if (text == FetchItem.Text.MIME && part.isEmpty()) {
                throw RefusedException.bad("MIME belongs to a part");
            }
            if (text == FetchItem.Text.FIELDS || text == FetchItem.Text.FIELDS_NOT) {
                lexer.sp();
                lexer.expect('(');
                do {
                    limit(names.size());
                    names.add(fieldName());
                } while (lexer.accept(' '));
                lexer.expect(')');
            }
        } else if (word && !part.isEmpty()) {
            throw RefusedException.bad("a section ends with a dot");
        }
        lexer.expect(']');
        return new FetchItem.Body(peek, part, text, List.copyOf(names), partial());
    }

    /// It is told back: a line end in it would be one of our answer.
    private String fieldName() throws IOException, RefusedException {
        String name = lexer.astring();
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < ' ' || name.charAt(i) == 0x7F) {
                throw RefusedException.bad("not the name of a field"); // RFC 5322 section 2.2
            }
        }
        return name;
    }

    private FetchItem binary(boolean peek) throws IOException, RefusedException {
        String part = part();
        lexer.expect(']'); // no word may follow a dot here
        return new FetchItem.Binary(peek, part, partial());
    }

    private Optional<FetchItem.Partial> partial() throws IOException, RefusedException {
        if (!lexer.accept('<')) {
            return Optional.empty();
        }
        long origin = lexer.number();
        lexer.expect('.');
        long length = lexer.number();
        if (length == 0) {
            throw RefusedException.bad("a partial fetch of no octets"); // nz-number64
        }
        lexer.expect('>');
        return Optional.of(new FetchItem.Partial(origin, length));
    }
}
