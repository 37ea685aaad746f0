package org.mutatio.imap.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.mutatio.api.store.Flags;

/// SEARCH, RFC 9051 section 6.4.4; RETURN of RFC 4731 and RFC 5182; MODSEQ of RFC 7162; OLDER and YOUNGER of RFC
/// 5032.
final class SearchParser {
    /// Parentheses, NOT and OR within one another (CVE-2026-27857 of Dovecot was a million of them).
    private static final int DEEPEST = 32;

    private static final int MOST_KEYS = 2_000;
    /// Those that every server knows; what else the JDK reads is taken too.
    private static final String CHARSETS = "BADCHARSET (UTF-8 US-ASCII ISO-8859-1)";

    private final Lexer lexer;
    private Charset charset = StandardCharsets.US_ASCII;
    private int keys;

    SearchParser(Lexer lexer) {
        this.lexer = lexer;
    }

    Command search(boolean uid, boolean noCharset) throws IOException, RefusedException {
        charset = StandardCharsets.UTF_8; // without CHARSET: ASCII, and UTF-8 is no other thing
        Set<Command.Search.Result> result = EnumSet.noneOf(Command.Search.Result.class);
        boolean extended = false;
        lexer.sp();
        String word = keyWord();
        if (word.equals("RETURN")) {
            extended = true;
            lexer.sp();
            lexer.expect('(');
            while (!lexer.accept(')')) {
                if (!result.isEmpty()) {
                    lexer.sp();
                }
                try {
                    result.add(Command.Search.Result.valueOf(lexer.keyword()));
                } catch (IllegalArgumentException e) {
                    throw RefusedException.bad("unknown return option");
                }
            }
            lexer.sp();
            word = keyWord();
        }
        if (word.equals("CHARSET")) {
            lexer.sp();
            String name = lexer.astring();
            if (noCharset) {
                throw RefusedException.bad("no CHARSET after ENABLE UTF8=ACCEPT"); // RFC 6855 section 3
            }
            charset = charset(name);
            lexer.sp();
            word = keyWord();
        }
        List<SearchKey> all = new ArrayList<>();
        while (true) {
            all.add(key(word, 0));
            if (lexer.atEol() || !lexer.accept(' ') || lexer.atEol()) {
                break;
            }
            word = keyWord();
        }
        lexer.eol();
        if (result.isEmpty() && extended) {
            result.add(Command.Search.Result.ALL);
        }
        return new Command.Search(uid, result, extended, and(all));
    }

    private static SearchKey and(List<SearchKey> keys) {
        return keys.size() == 1 ? keys.getFirst() : new SearchKey.And(keys);
    }

    private static Charset charset(String name) throws RefusedException {
        try {
            Charset found = Charset.forName(name);
            if (found.canEncode()) {
                return found;
            }
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) { // the answer lists what there is
        }
        throw RefusedException.no(CHARSETS, "unknown charset");
    }

    /// The next key's word in capitals; empty before `(`; a sequence set is left for [#key].
    private String keyWord() throws IOException, RefusedException {
        int c = lexer.peek();
        if (c == '(' || c == '*' || c == '$' || c >= '0' && c <= '9') {
            return "";
        }
        return lexer.keyword();
    }

    private SearchKey next(int depth) throws IOException, RefusedException {
        lexer.sp();
        return key(keyWord(), depth);
    }

    private SearchKey key(String word, int depth) throws IOException, RefusedException {
        if (depth > DEEPEST) {
            throw RefusedException.no("LIMIT", "the search is nested too deeply");
        }
        if (++keys > MOST_KEYS) {
            throw RefusedException.no("LIMIT", "too many search keys");
        }
        return switch (word) {
            case "" -> lexer.peek() == '(' ? group(depth + 1) : new SearchKey.Numbers(lexer.sequenceSet());
            case "ALL" -> new SearchKey.All();
            case "ANSWERED" -> new SearchKey.SystemFlag(Flags.ANSWERED);
            case "DELETED" -> new SearchKey.SystemFlag(Flags.DELETED);
            case "DRAFT" -> new SearchKey.SystemFlag(Flags.DRAFT);
            case "FLAGGED" -> new SearchKey.SystemFlag(Flags.FLAGGED);
            case "SEEN" -> new SearchKey.SystemFlag(Flags.SEEN);
            case "UNANSWERED" -> new SearchKey.Not(new SearchKey.SystemFlag(Flags.ANSWERED));
            case "UNDELETED" -> new SearchKey.Not(new SearchKey.SystemFlag(Flags.DELETED));
            case "UNDRAFT" -> new SearchKey.Not(new SearchKey.SystemFlag(Flags.DRAFT));
            case "UNFLAGGED" -> new SearchKey.Not(new SearchKey.SystemFlag(Flags.FLAGGED));
            case "UNSEEN" -> new SearchKey.Not(new SearchKey.SystemFlag(Flags.SEEN));
            // \Recent is gone (RFC 9051 appendix E): nothing is
            case "NEW", "RECENT" -> new SearchKey.None();
            case "OLD" -> new SearchKey.All();
            case "KEYWORD" -> keyword();
            case "UNKEYWORD" -> new SearchKey.Not(keyword());
            case "BEFORE" -> new SearchKey.Received(SearchKey.Compare.BEFORE, day());
            case "ON" -> new SearchKey.Received(SearchKey.Compare.ON, day());
            case "SINCE" -> new SearchKey.Received(SearchKey.Compare.SINCE, day());
            case "SENTBEFORE" -> new SearchKey.Sent(SearchKey.Compare.BEFORE, day());
            case "SENTON" -> new SearchKey.Sent(SearchKey.Compare.ON, day());
            case "SENTSINCE" -> new SearchKey.Sent(SearchKey.Compare.SINCE, day());
            case "OLDER" -> new SearchKey.Within(false, interval());
            case "YOUNGER" -> new SearchKey.Within(true, interval());
            case "LARGER" -> new SearchKey.Larger(number());
            case "SMALLER" -> new SearchKey.Smaller(number());
            case "FROM", "TO", "CC", "BCC" ->
                new SearchKey.Header(word.toLowerCase(java.util.Locale.ROOT), text(), true);
            case "SUBJECT" -> new SearchKey.Header("subject", text(), false);
            case "HEADER" -> {
                lexer.sp();
                yield new SearchKey.Header(lexer.astring(), text(), false);
            }
            case "BODY" -> new SearchKey.Body(text());
            case "TEXT" -> new SearchKey.Text(text());
            case "UID" -> {
                lexer.sp();
                yield new SearchKey.Uids(lexer.sequenceSet());
            }
            case "MODSEQ" -> modSeq();
            case "NOT" -> new SearchKey.Not(next(depth + 1));
            case "OR" -> new SearchKey.Or(next(depth + 1), next(depth + 1));
            default -> throw RefusedException.bad("unknown search key");
        };
    }

    private SearchKey group(int depth) throws IOException, RefusedException {
        lexer.expect('(');
        List<SearchKey> all = new ArrayList<>();
        do {
            all.add(key(keyWord(), depth));
        } while (lexer.accept(' '));
        lexer.expect(')');
        return and(all);
    }

    private SearchKey keyword() throws IOException, RefusedException {
        lexer.sp();
        String name = lexer.flag();
        int bit = Flags.bit(name);
        return bit == 0 ? new SearchKey.Keyword(name) : new SearchKey.SystemFlag(bit);
    }

    private LocalDate day() throws IOException, RefusedException {
        lexer.sp();
        try {
            return ImapDates.day(lexer.astring());
        } catch (IllegalArgumentException e) {
            throw RefusedException.bad("not a date such as 1-Feb-1994");
        }
    }

    private long number() throws IOException, RefusedException {
        lexer.sp();
        return lexer.number();
    }

    private long interval() throws IOException, RefusedException {
        long seconds = number();
        if (seconds == 0) {
            throw RefusedException.bad("an interval of no time"); // RFC 5032 section 4: nz-number
        }
        return seconds;
    }

    /// `MODSEQ ["/flags/\\Draft" all] 620162338`: we keep one MODSEQ a message, so entry and type change nothing.
    private SearchKey modSeq() throws IOException, RefusedException {
        lexer.sp();
        if (lexer.peek() == '"') {
            lexer.string();
            lexer.sp();
            switch (lexer.keyword()) {
                case "ALL", "SHARED", "PRIV" -> {}
                default -> throw RefusedException.bad("expected all, shared or priv");
            }
            lexer.sp();
        }
        return new SearchKey.ModSeq(lexer.number());
    }

    private String text() throws IOException, RefusedException {
        lexer.sp();
        String octets = lexer.astring();
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw RefusedException.bad("the text is not in the charset");
        }
    }
}
