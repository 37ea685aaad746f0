package org.mutatio.imap.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.mutatio.imap.wire.Incoming;

/// Words of a command, straight from the octets; RFC 9051 section 9. Strings are octet strings (one octet per
/// char).
///
/// Memory grows with octets received, never with a number that a client announces, and every octet of a command
/// counts against its budget. Whatever goes wrong, [#drop] finds the end of the command as the client sees it:
/// octets of a non-synchronising literal are never taken for commands (RFC 7888 section 4).
public final class Lexer {
    private static final int LONGEST_WORD = 16 * 1024;

    /// Bounds of one command.
    ///
    /// @param literal largest literal
    /// @param command octets of the whole command, literals included (that of APPEND not)
    /// @param dropped octets of one refused literal or line that are read away; more ends the session
    public record Budget(int literal, int command, long dropped) {}

    /// Asks the client for a synchronising literal (`+`) and sends it at once.
    @FunctionalInterface
    public interface Go {
        void ahead() throws IOException;
    }

    /// The head of a literal, RFC 9051 section 4.3.
    ///
    /// @param synchronising the client waits for `+`
    /// @param binary `~{n}`, RFC 3516
    public record Literal(long size, boolean synchronising, boolean binary) {}

    private final Incoming in;
    private final Go go;
    private Budget budget;
    private long began;
    /// Octets of the command that were passed on to others (APPEND).
    private long passed;
    /// The line end that ends the command as the client sees it has been read.
    private boolean over;
    /// Octets of a refused literal that are still to come.
    private long pending;

    private boolean hopeless;
    /// Octets of a literal are being passed on, or whoever took them failed in their midst.
    private boolean inOctets;

    public Lexer(Incoming in, Go go, Budget budget) {
        this.in = in;
        this.go = go;
        this.budget = budget;
    }

    public void budget(Budget more) {
        budget = more;
    }

    /// A new command begins.
    public void begin() {
        began = in.taken();
        passed = 0;
        over = false;
        pending = 0;
        hopeless = false;
        inOctets = false;
    }

    private void count() throws RefusedException {
        if (in.taken() - began - passed > budget.command()) {
            throw RefusedException.no("LIMIT", "the command is too long");
        }
    }

    public int peek() throws IOException {
        return in.peek();
    }

    public int next() throws IOException, RefusedException {
        count();
        int octet = in.peek();
        if (octet == '\n' || octet == '\r') {
            // the end of the line is taken by eol() and drop() alone
            throw RefusedException.bad("the command ends too early");
        }
        return in.next();
    }

    public boolean accept(char c) throws IOException, RefusedException {
        if (in.peek() == c) {
            next();
            return true;
        }
        return false;
    }

    public void expect(char c) throws IOException, RefusedException {
        if (!accept(c)) {
            throw RefusedException.bad("expected " + (c == ' ' ? "a space" : "\"" + c + "\""));
        }
    }

    public void sp() throws IOException, RefusedException {
        expect(' ');
        if (Leniency.SEVERAL_SPACES.allowed()) {
            while (in.peek() == ' ') {
                next();
            }
        }
    }

    /// The end of the command: CRLF.
    public void eol() throws IOException, RefusedException {
        if (Leniency.SPACE_BEFORE_LINE_END.allowed()) {
            while (in.peek() == ' ') {
                next();
            }
        }
        if (!atEol()) {
            throw RefusedException.bad("too many arguments");
        }
        takeEol();
    }

    public boolean atEol() throws IOException {
        int octet = in.peek();
        return octet == '\r' || octet == '\n';
    }

    private void takeEol() throws IOException, RefusedException {
        int octet = in.next();
        if (octet == '\r') {
            if (in.peek() != '\n') {
                throw RefusedException.bad("a CR without LF");
            }
            in.next();
        } else if (!Leniency.BARE_LINE_FEED.allowed()) {
            over = true;
            throw RefusedException.bad("a line end without CR");
        }
        over = true;
    }

    /// Somebody failed in the midst of a literal: what follows is not a command, whatever it looks like.
    public boolean inOctets() {
        return inOctets;
    }

    /// Octets of a refused literal that are on their way.
    public long pending() {
        return Math.min(pending, budget.dropped());
    }

    /// Reads up to the end of the command as the client sees it.
    ///
    /// @return false when that cannot be told, or is too far away: the session must end
    public boolean drop() throws IOException {
        if (hopeless || inOctets) {
            return false;
        }
        while (true) {
            if (pending > 0) {
                if (pending > budget.dropped()) {
                    return false;
                }
                long octets = pending;
                pending = 0;
                in.skip(octets);
            }
            if (over) {
                return true;
            }
            // What ends with {n+} goes on, what ends with {n} waits for our `+`, which never comes.
            Tail tail = new Tail();
            long line = in.taken();
            while (true) {
                int octet = in.next();
                if (octet == '\n') {
                    break;
                }
                if (in.taken() - line > budget.dropped()) {
                    return false;
                }
                tail.add(octet);
            }
            if (tail.hopeless()) {
                return false;
            }
            pending = tail.literal();
            if (pending < 0) {
                return true;
            }
        }
    }

    /// The last octets of a line: `{n+}` there announces octets that are on their way.
    private static final class Tail {
        private final StringBuilder kept = new StringBuilder(64);

        void add(int octet) {
            if (kept.length() == 64) {
                kept.delete(0, 32);
            }
            kept.append((char) octet);
        }

        private String text() {
            int end = kept.length();
            if (end > 0 && kept.charAt(end - 1) == '\r') {
                end--;
            }
            return kept.substring(0, end);
        }

        /// @return -1 for a line that ends the command
        long literal() {
            String text = text();
            int open = text.lastIndexOf('{');
            if (open < 0 || !text.endsWith("+}") || open + 3 > text.length()) {
                return -1;
            }
            String digits = text.substring(open + 1, text.length() - 2);
            return digits(digits) && digits.length() <= 18 ? Long.parseLong(digits) : -1;
        }

        /// More octets than can be counted are announced.
        boolean hopeless() {
            String text = text();
            int open = text.lastIndexOf('{');
            if (!text.endsWith("+}")) {
                return false;
            }
            String digits =
                    open < 0 ? text.substring(0, text.length() - 2) : text.substring(open + 1, text.length() - 2);
            // Without `{` the line begins within the digits, so there are more than we took.
            return digits(digits) && (open < 0 || digits.length() > 18);
        }

        private static boolean digits(String text) {
            if (text.isEmpty()) {
                return false;
            }
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                    return false;
                }
            }
            return true;
        }
    }

    // ---- words

    /// RFC 9051 section 9: tag.
    public String tag() throws IOException, RefusedException {
        String tag = word(Lexer::tagChar);
        if (tag.isEmpty()) {
            throw RefusedException.bad("no tag");
        }
        return tag;
    }

    private static boolean tagChar(int c) {
        return astringChar(c) && c != '+';
    }

    /// Octets that are no atom-specials; RFC 9051 section 9.
    static boolean atomChar(int c) {
        return c > 0x20 && c < 0x7F && "(){%*\"\\]".indexOf(c) < 0;
    }

    static boolean astringChar(int c) {
        return c == ']' || atomChar(c);
    }

    static boolean listChar(int c) {
        return c == '%' || c == '*' || astringChar(c);
    }

    public String atom() throws IOException, RefusedException {
        String atom = word(Lexer::atomChar);
        if (atom.isEmpty()) {
            throw RefusedException.bad("expected a word");
        }
        return atom;
    }

    /// An atom in capitals.
    public String keyword() throws IOException, RefusedException {
        return atom().toUpperCase(java.util.Locale.ROOT);
    }

    /// `\Seen` or a keyword; RFC 9051 section 9: flag.
    public String flag() throws IOException, RefusedException {
        if (accept('\\')) {
            return "\\" + atom();
        }
        return atom();
    }

    @FunctionalInterface
    private interface Kind {
        boolean is(int octet);
    }

    private String word(Kind kind) throws IOException, RefusedException {
        StringBuilder word = new StringBuilder();
        while (kind.is(in.peek())) {
            if (word.length() == LONGEST_WORD) {
                throw RefusedException.no("LIMIT", "a word is too long");
            }
            word.append((char) next());
        }
        return word.toString();
    }

    public String astring() throws IOException, RefusedException {
        int c = in.peek();
        if (c == '"' || c == '{') {
            return string();
        }
        String atom = word(Lexer::astringChar);
        if (atom.isEmpty()) {
            throw RefusedException.bad("expected a string");
        }
        return atom;
    }

    /// RFC 9051 section 9: list-mailbox.
    public String listMailbox() throws IOException, RefusedException {
        int c = in.peek();
        if (c == '"' || c == '{') {
            return string();
        }
        String pattern = word(Lexer::listChar);
        if (pattern.isEmpty()) {
            throw RefusedException.bad("expected a pattern");
        }
        return pattern;
    }

    /// Quoted or a literal.
    public String string() throws IOException, RefusedException {
        int c = in.peek();
        if (c == '"') {
            return quoted();
        }
        if (c == '{') {
            return literalString();
        }
        throw RefusedException.bad("expected a string");
    }

    private String quoted() throws IOException, RefusedException {
        next();
        StringBuilder text = new StringBuilder();
        while (true) {
            int c = next();
            if (c == '"') {
                return text.toString();
            }
            if (c == '\\') {
                c = next();
                if (c != '"' && c != '\\') {
                    throw RefusedException.bad("only \" and \\ are quoted by \\");
                }
            }
            if (c == 0) {
                throw RefusedException.bad("a NUL in a string");
            }
            text.append((char) c);
        }
    }

    /// `{n}`, `{n+}`, `~{n}` and the line end; nothing is asked for yet.
    public Literal literalHead() throws IOException, RefusedException {
        boolean binary = accept('~');
        expect('{');
        StringBuilder digits = new StringBuilder();
        while (in.peek() >= '0' && in.peek() <= '9' && digits.length() < 20) {
            digits.append((char) next());
        }
        boolean plus = accept('+');
        if (digits.isEmpty() || !accept('}')) {
            throw RefusedException.bad("not a literal");
        }
        if (digits.length() > 18) {
            hopeless = plus;
            over = !plus;
            if (over) {
                skipLine();
            }
            throw RefusedException.bad("TOOBIG", "a literal larger than anything");
        }
        if (!atEol()) {
            throw RefusedException.bad("a literal without line end");
        }
        takeEol();
        over = false;
        return new Literal(Long.parseLong(digits.toString()), !plus, binary);
    }

    private void skipLine() throws IOException {
        while (in.next() != '\n') {
            // to the end of the line
        }
    }

    /// The literal is not wanted: its octets, if they come by themselves, are dropped with the rest.
    public RefusedException refuse(Literal literal, Answer answer) {
        if (literal.synchronising()) {
            over = true; // the client waits for `+` or for our answer, and gets the answer
        } else {
            pending = literal.size();
        }
        return new RefusedException(answer);
    }

    /// Asks for the octets if the client waits for that, and passes them on.
    ///
    /// @param counted whether they count against the command's budget
    public void literal(Literal literal, boolean counted, Incoming.Sink sink) throws IOException {
        if (literal.synchronising()) {
            go.ahead();
        }
        inOctets = true;
        in.transfer(literal.size(), sink);
        inOctets = false;
        if (!counted) {
            passed += literal.size();
        }
    }

    private String literalString() throws IOException, RefusedException {
        Literal literal = literalHead();
        if (literal.size() > budget.literal()) {
            throw refuse(literal, Answer.bad("TOOBIG", "the literal is too big"));
        }
        if (in.taken() - began - passed + literal.size() > budget.command()) {
            throw refuse(literal, Answer.no("LIMIT", "the command is too long"));
        }
        ByteArrayOutputStream octets = new ByteArrayOutputStream((int) Math.min(literal.size(), 1024));
        literal(literal, true, some -> {
            byte[] copy = new byte[some.remaining()];
            some.get(copy);
            octets.writeBytes(copy);
        });
        String text = octets.toString(StandardCharsets.ISO_8859_1);
        if (text.indexOf('\0') >= 0) {
            throw RefusedException.bad("a NUL in a literal"); // RFC 9051 section 9: CHAR8
        }
        return text;
    }

    /// RFC 9051 section 9: number64, without a sign.
    public long number() throws IOException, RefusedException {
        long value = 0;
        int digits = 0;
        while (in.peek() >= '0' && in.peek() <= '9') {
            int digit = next() - '0';
            if (++digits > 19 || value > (Long.MAX_VALUE - digit) / 10) {
                throw RefusedException.bad("a number is too large"); // 63 bits are enough for all (RFC 7162)
            }
            value = value * 10 + digit;
        }
        if (digits == 0) {
            throw RefusedException.bad("expected a number");
        }
        return value;
    }

    /// A sequence set, whole; RFC 9051 section 9.
    public SequenceSet sequenceSet() throws IOException, RefusedException {
        if (accept('$')) {
            return SequenceSet.SAVED;
        }
        SequenceSet.Builder set = new SequenceSet.Builder();
        do {
            long first = sequenceNumber();
            set.add(first, accept(':') ? sequenceNumber() : first);
        } while (accept(','));
        return set.build();
    }

    private long sequenceNumber() throws IOException, RefusedException {
        if (accept('*')) {
            return SequenceSet.LARGEST;
        }
        long value = number();
        if (value == 0 || value > 0xFFFF_FFFFL) {
            throw RefusedException.bad("numbers of messages go from 1 to 4294967295");
        }
        return value;
    }
}
