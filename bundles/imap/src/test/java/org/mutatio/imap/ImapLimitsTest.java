package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.mutatio.imap.talk.House;

/// Literals, parentheses, sequence sets, words and lists at their bounds and beyond, before log-in and after it:
/// promises.md section 2 and docs/limits.md. Each is answered or ends the session, the next command is understood,
/// and it all costs less than a second and 32 MB.
class ImapLimitsTest {
    private static final String LOGIN = "in LOGIN ann@example.com secret\r\n";
    private static final String MESSAGE = "Subject: one\r\n\r\ntext\r\n";
    private static final String SELECTED =
            LOGIN + "ap APPEND INBOX {" + MESSAGE.length() + "+}\r\n" + MESSAGE + "\r\nse SELECT INBOX\r\n";

    /// @param said what the answer to the command begins with
    private record Row(String name, String command, String said) {}

    private static Row row(String name, String command, String said) {
        return new Row(name, command, said);
    }

    private static String literal(int octets) {
        return "{" + octets + "+}\r\n" + "x".repeat(octets);
    }

    private static String many(int count, String separator, Function<Integer, String> one) {
        return IntStream.rangeClosed(1, count).mapToObj(one::apply).collect(Collectors.joining(separator));
    }

    private static String nested(String open, int depth, String close) {
        return open.repeat(depth) + "ALL" + close.repeat(depth);
    }

    private static String inTurn(int count) {
        return many(count, ",", i -> String.valueOf(2 * i));
    }

    private static List<Row> beforeLogin() {
        String tooBig = "t BAD [TOOBIG]";
        String bye = "* BYE [TOOBIG]";
        return List.of(
                row("a literal of 8 KiB", "LOGIN " + literal(8_192) + " p", "t NO [AUTHENTICATIONFAILED]"),
                row("two of them", "LOGIN " + literal(8_192) + " " + literal(8_192), "t NO [AUTHENTICATIONFAILED]"),
                row("one octet more", "LOGIN " + literal(8_193) + " p", tooBig),
                row("one octet more, asked for", "LOGIN {8193}", tooBig),
                row("64 KiB", "LOGIN " + literal(65_536) + " p", tooBig),
                row("more than a stranger may send for nothing", "LOGIN {65537+}", bye),
                row("the same for a command that he may not say", "APPEND INBOX {65537+}", bye),
                row("the same at the end of nonsense", "NONSENSE (((({1000000+}", bye),
                row("400 MB", "LOGIN {400000000}", tooBig),
                row("2 GB less one", "LOGIN {2147483647}", tooBig),
                row("2 GB less one, sent at once", "LOGIN {2147483647+}", bye),
                row("4 GB", "LOGIN {4294967296}", tooBig),
                row("4 GB and 5, sent at once", "LOGIN {4294967301+}", bye),
                row("63 bits", "LOGIN {9223372036854775807}", tooBig),
                row("64 bits and 5, sent at once", "LOGIN {18446744073709551621+}", bye),
                row("30 digits", "LOGIN {999999999999999999999999999999}", "t BAD"),
                row("30 digits, sent at once", "LOGIN {999999999999999999999999999999+}", bye),
                row("zeros before the number", "LOGIN {0005+}\r\nx NOO p", "t NO [AUTHENTICATIONFAILED]"),
                row("so many zeros that nobody can tell", "LOGIN {" + "0".repeat(24) + "5+}\r\nx NOO p", bye),
                row("less than nothing", "LOGIN {-1}", "t BAD"),
                row("less than nothing, at once", "LOGIN {-1+}", "t BAD"),
                row("no number", "LOGIN {}", "t BAD"),
                row("no number, at once", "LOGIN {+}", "t BAD"),
                row("a word", "LOGIN {five}", "t BAD"),
                row("a blank in it", "LOGIN {5 }", "t BAD"),
                row("hexadecimal", "LOGIN {0x5}", "t BAD"),
                row("open", "LOGIN {5", "t BAD"),
                row("two signs", "LOGIN {5++}", "t BAD"),
                row("the sign first", "LOGIN {+5}", "t BAD"),
                row("something behind it", "LOGIN {5}x", "t BAD"),
                row("literal8", "LOGIN ~" + literal(5) + " p", "t BAD"),
                row("a NUL in it", "LOGIN {1+}\r\n\0 p", "t BAD"),
                row("7 literals of 8 KiB", "ID (" + many(7, " ", _ -> literal(8_192)) + ")", "t OK"),
                row("8 literals of 8 KiB", "ID (" + many(8, " ", _ -> literal(8_192)) + ")", "t NO [LIMIT]"),
                row("60 strings", "ID (" + many(60, " ", _ -> "NIL") + ")", "t OK"),
                row("61 strings", "ID (" + many(61, " ", _ -> "NIL") + ")", "t BAD"),
                row("a quoted string of 64 KiB", "LOGIN \"" + "x".repeat(65_536) + "\" p", "t NO [LIMIT]"),
                row("a quoted string of backslashes", "LOGIN \"" + "\\".repeat(60_000) + "\" p", "t NO [AUTH"),
                row("a quoted string without end", "LOGIN \"" + "x".repeat(1_000), "t BAD"),
                row("a word of 16 KiB", "LOGIN " + "x".repeat(16_384) + " p", "t NO [AUTH"),
                row("a word of 17 KiB", "LOGIN " + "x".repeat(17_408) + " p", "t NO [LIMIT]"),
                row("a command word of 17 KiB", "x".repeat(17_408), "t NO [LIMIT]"),
                row("a line of 200 KB", "x".repeat(200_000), bye),
                row("60,000 parentheses", "ID " + "(".repeat(60_000), "t BAD"),
                row("60,000 parentheses where none belong", "LOGIN " + "(".repeat(60_000), "t BAD"),
                row("60,000 closing ones", "NOOP" + ")".repeat(60_000), "t BAD"),
                row("60,000 braces", "LOGIN " + "{".repeat(60_000), "t BAD"),
                row("60,000 blanks", "LOGIN" + " ".repeat(60_000) + "u p", "t NO [AUTH"),
                row("10,000 line ends as literals", "ID (" + "{0+}\r\n ".repeat(10_000), "t BAD"),
                row("a set where nothing is selected", "FETCH " + inTurn(5_000) + " FLAGS", "t BAD [CLIENTBUG]"),
                row("a search", "SEARCH " + nested("(", 20_000, ")"), "t BAD [CLIENTBUG]"),
                row("a response of 16 KiB", "AUTHENTICATE PLAIN " + "A".repeat(16_384), "t "),
                row("a response of 17 KiB", "AUTHENTICATE PLAIN " + "A".repeat(17_408), "t NO [LIMIT]"),
                row("a mechanism of 17 KiB", "AUTHENTICATE " + "A".repeat(17_408), "t NO [LIMIT]"));
    }

    private static List<Row> afterLogin() {
        String limit = "t NO [LIMIT]";
        return List.of(
                // literals
                row("a literal of 64 KiB", "LIST \"\" " + literal(65_536), "t OK"),
                row("one octet more", "LIST \"\" " + literal(65_537), "t BAD [TOOBIG]"),
                row("one octet more, asked for", "LIST \"\" {65537}", "t BAD [TOOBIG]"),
                row("a megabyte for nothing", "LIST \"\" " + literal(1_000_000), "t BAD [TOOBIG]"),
                row("more than we read away", "LIST \"\" {200000001+}", "* BYE [TOOBIG]"),
                row("a name of 64 KiB", "SELECT " + literal(65_536), "t NO [CANNOT]"),
                row("15 literals of 64 KiB", "LIST \"\" (" + many(15, " ", _ -> literal(65_536)) + ")", "t OK"),
                row("16 literals of 64 KiB", "LIST \"\" (" + many(16, " ", _ -> literal(65_536)) + ")", limit),
                row("a message larger than one may be", "APPEND INBOX {1000001}", "t NO [TOOBIG]"),
                row("a message of nothing", "APPEND INBOX {0+}\r\n", "t NO [CANNOT]"),
                row("a message of less than nothing", "APPEND INBOX {-1+}", "t BAD"),
                row("a message of 30 digits", "APPEND INBOX {" + "9".repeat(30) + "+}", "* BYE [TOOBIG]"),
                row("two messages", "APPEND INBOX {1+}\r\nx {1+}\r\ny", "t BAD"),
                row("a password once more", "LOGIN " + literal(65_536) + " p", "t BAD [CLIENTBUG]"),
                // the whole command
                row("a quoted string of a megabyte", "SELECT \"" + "x".repeat(1_048_576) + "\"", limit),
                row("a million blanks", "SEARCH" + " ".repeat(1_000_000) + "ALL", "t OK"),
                row("a million parentheses", "SEARCH " + nested("(", 500_000, ")"), limit),
                // nesting
                row("32 parentheses", "SEARCH " + nested("(", 32, ")"), "t OK"),
                row("33 parentheses", "SEARCH " + nested("(", 33, ")"), limit),
                row("32 NOT", "SEARCH " + nested("NOT ", 32, ""), "t OK"),
                row("33 NOT", "SEARCH " + nested("NOT ", 33, ""), limit),
                row("100,000 NOT", "SEARCH " + nested("NOT ", 100_000, ""), limit),
                row("32 OR", "SEARCH " + nested("OR SEEN ", 32, ""), "t OK"),
                row("33 OR", "SEARCH " + nested("OR SEEN ", 33, ""), limit),
                row("33 of all kinds", "SEARCH " + nested("(NOT OR SEEN ", 11, ")"), limit),
                row("parentheses in a list", "FETCH 1 " + "(".repeat(50_000), "t BAD"),
                row("parentheses in a section", "FETCH 1 BODY[HEADER.FIELDS " + "(".repeat(50_000), "t BAD"),
                row("parentheses in flags", "STORE 1 FLAGS " + "(".repeat(50_000), "t BAD"),
                row("parentheses in patterns", "LIST \"\" " + "(".repeat(50_000), "t BAD"),
                row("parentheses in options", "LIST " + "(".repeat(50_000), "t BAD"),
                row("parentheses in STATUS", "STATUS INBOX " + "(".repeat(50_000), "t BAD"),
                row("parentheses in CREATE", "CREATE a " + "(".repeat(50_000), "t BAD"),
                row("parentheses in APPEND", "APPEND INBOX " + "(".repeat(50_000), "t BAD"),
                row("brackets", "FETCH 1 " + "BODY[".repeat(50_000), "t BAD"),
                // lists
                row("2,000 keys", "SEARCH " + many(2_000, " ", _ -> "ALL"), "t OK"),
                row("2,001 keys", "SEARCH " + many(2_001, " ", _ -> "ALL"), limit),
                row("2,000 keys that read", "SEARCH " + many(2_000, " ", _ -> "NOT TEXT x"), limit),
                row("999 keys that read", "SEARCH " + many(999, " ", _ -> "NOT TEXT x"), "t OK"),
                row("a text of 8 KiB", "SEARCH BODY " + literal(8_192), "t OK"),
                row("a text of more", "SEARCH BODY " + literal(8_193), limit),
                row("1,000 items", "FETCH 1 (" + many(1_000, " ", i -> "BODY.PEEK[" + i + "]") + ")", "t OK"),
                row("1,001 items", "FETCH 1 (" + many(1_001, " ", i -> "BODY.PEEK[" + i + "]") + ")", limit),
                row("1,000 names", "FETCH 1 BODY.PEEK[HEADER.FIELDS (" + many(1_000, " ", i -> "x" + i) + ")]", "t OK"),
                row("1,001 names", "FETCH 1 BODY.PEEK[HEADER.FIELDS (" + many(1_001, " ", i -> "x" + i) + ")]", limit),
                row("1,000 patterns", "LIST \"\" (" + many(1_000, " ", i -> "x" + i) + ")", "t OK"),
                row("1,001 patterns", "LIST \"\" (" + many(1_001, " ", i -> "x" + i) + ")", limit),
                row("100 keywords", "STORE 1 FLAGS (" + many(100, " ", i -> "x" + i) + ")", "t OK"),
                row("101 keywords", "STORE 1 FLAGS (" + many(101, " ", i -> "x" + i) + ")", limit),
                row("1,001 flags", "STORE 1 FLAGS (" + many(1_001, " ", _ -> "\\Seen") + ")", limit),
                row("a keyword of 101 letters", "STORE 1 FLAGS (" + "x".repeat(101) + ")", limit),
                row("1,001 extensions", "ENABLE " + many(1_001, " ", _ -> "X"), limit),
                row("a part of 250 levels", "FETCH 1 BODY.PEEK[" + many(250, ".", _ -> "1") + "]", "t OK"),
                row("a part of 1,000 levels", "FETCH 1 BODY.PEEK[" + many(1_000, ".", _ -> "1") + "]", limit),
                row("a name of 255 letters", "CREATE " + "x".repeat(255), "t OK"),
                row("a name of 256 letters", "CREATE " + "x".repeat(256), "t NO [CANNOT]"),
                row("a name of 32 levels", "CREATE " + many(32, "/", _ -> "x"), "t OK"),
                row("a name of 33 levels", "CREATE " + many(33, "/", _ -> "x"), "t NO [CANNOT]"),
                row("a name of marks on one letter", "SELECT " + marks(60_000), "t NO [CANNOT]"),
                row("a pattern of marks on one letter", "LIST \"\" " + marks(60_000), "t OK"),
                row("a text of marks on one letter", "SEARCH BODY " + marks(12_000), "t OK"),
                row(
                        "1,000 patterns of wildcards",
                        "LIST \"\" (" + many(1_000, " ", _ -> "*x%".repeat(300)) + ")",
                        "t OK"),
                row("a pattern of a megabyte", "LIST \"\" \"" + "*x".repeat(500_000) + "\"", "t OK"),
                // sequence sets
                row("the largest number", "FETCH 1:4294967295 FLAGS", "t OK"),
                row("one more", "FETCH 1:4294967296 FLAGS", "t BAD"),
                row("64 bits and 1", "FETCH 18446744073709551617 FLAGS", "t BAD"),
                row("1,000 digits", "FETCH " + "1".repeat(1_000) + " FLAGS", "t BAD"),
                row("zero", "FETCH 0 FLAGS", "t BAD"),
                row("from zero", "FETCH 0:* FLAGS", "t BAD"),
                row("less than zero", "FETCH -1 FLAGS", "t BAD"),
                row("stars", "FETCH *:* FLAGS", "t OK"),
                row("open", "FETCH 1: FLAGS", "t BAD"),
                row("open, with a star", "FETCH :* FLAGS", "t BAD"),
                row("two colons", "FETCH 1::2 FLAGS", "t BAD"),
                row("three numbers", "FETCH 1:2:3 FLAGS", "t BAD"),
                row("a comma behind", "FETCH 1, FLAGS", "t BAD"),
                row("a comma before", "FETCH ,1 FLAGS", "t BAD"),
                row("nothing saved", "FETCH $ FLAGS", "t OK"),
                row("saved, and more", "FETCH $,1 FLAGS", "t BAD"),
                row("100,000 commas", "FETCH " + ",".repeat(100_000) + " FLAGS", "t BAD"),
                row("the same 100,000 times", "FETCH " + many(100_000, ",", _ -> "1:*") + " FLAGS", "t OK"),
                row("one number 500,000 times", "FETCH " + many(500_000, ",", _ -> "1") + " FLAGS", "t OK"),
                row("130,000 UIDs in turn", "UID FETCH " + inTurn(130_000) + " FLAGS", "t OK"),
                row(
                        "as many backwards",
                        "UID FETCH " + many(130_000, ",", i -> "" + 2 * (130_001 - i)) + " FLAGS",
                        "t OK"),
                row("more than a megabyte of them", "UID FETCH " + inTurn(200_000) + " FLAGS", limit),
                row("1,000 sets in a search", "SEARCH " + many(1_000, " ", _ -> "UID 1:*,1,2,4,6,8,10"), "t OK"),
                row("a set of a megabyte in UID EXPUNGE", "UID EXPUNGE " + inTurn(130_000), "t OK"),
                row("a set of a megabyte in UID STORE", "UID STORE " + inTurn(130_000) + " FLAGS ()", "t OK"),
                row("a set of a megabyte in UID COPY", "UID COPY " + inTurn(130_000) + " INBOX", "t OK"),
                // other numbers
                row("nothing of a part", "FETCH 1 BODY.PEEK[]<0.0>", "t BAD"),
                row("the last octet that can be", "FETCH 1 BODY.PEEK[]<9223372036854775807.1>", "t OK"),
                row("as many as can be", "FETCH 1 BODY.PEEK[]<0.9223372036854775807>", "t OK"),
                row("one more", "FETCH 1 BODY.PEEK[]<9223372036854775808.1>", "t BAD"),
                row("a sum beyond 63 bits", "FETCH 1 BODY.PEEK[]<9223372036854775807.9223372036854775807>", "t OK"),
                row("part zero", "FETCH 1 BODY.PEEK[0]", "t BAD"),
                row("a part beyond 31 bits", "FETCH 1 BODY.PEEK[2147483648]", "t BAD"),
                row("larger than can be", "SEARCH LARGER 9223372036854775807", "t OK"),
                row("one more than that", "SEARCH LARGER 9223372036854775808", "t BAD"),
                row("younger than the world", "SEARCH YOUNGER 9223372036854775807", "t OK"),
                row("the highest MODSEQ", "FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775807)", "t OK"));
    }

    private static String marks(int octets) {
        String marks = "a" + "\u00cc\u0081\u00cc\u00a3".repeat(octets / 4); // U+0301 U+0323 in UTF-8
        return "{" + marks.length() + "+}\r\n" + marks;
    }

    private static List<DynamicTest> tests(List<Row> rows, String before) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Row row : rows) {
            tests.add(DynamicTest.dynamicTest(row.name(), () -> {
                try (House house = new House(House.settings(Duration.ofMinutes(1), Duration.ofSeconds(30)))) {
                    String said =
                            house.hear(House.PLAIN, before + "t " + row.command() + "\r\nnext NOOP\r\nend LOGOUT\r\n");
                    judge(row, said.replaceAll("(?s)^.*\r\n(se|in) OK [^\r\n]*\r\n", "\r\n"));
                    house.spent().check(row.name());
                }
            }));
        }
        return tests;
    }

    private static void judge(Row row, String said) {
        String shown = said.length() > 2_000 ? said.substring(0, 2_000) : said;
        assertTrue(said.contains("\r\n" + row.said()), () -> row.said() + " expected: " + shown);
        assertFalse(said.contains("SERVERBUG"), shown);
        boolean over = row.said().startsWith("* BYE");
        assertEquals(!over, said.contains("\r\nnext OK "), shown);
        assertEquals(!over, said.contains("\r\nend OK "), shown);
        // one answer: nothing of it ran as another command
        assertEquals(
                1,
                said.lines()
                        .filter(line -> line.startsWith(over ? "* BYE" : "t "))
                        .count(),
                shown);
        assertFalse(said.contains("\r\nx "), shown);
    }

    @TestFactory
    List<DynamicTest> strangers() {
        return tests(beforeLogin(), "");
    }

    @TestFactory
    List<DynamicTest> users() {
        return tests(afterLogin(), SELECTED);
    }

    @Test
    void strangersHave50Commands() {
        try (House house = new House()) {
            String said = house.hear(House.PLAIN, "a NOOP\r\n".repeat(200));
            assertEquals(
                    50, said.lines().filter(line -> line.startsWith("a OK")).count());
            assertTrue(said.endsWith("* BYE so many commands and no log-in\r\n"), said);
        }
    }

    @Test
    void nonsenseEndsAfter20InARow() {
        try (House house = new House()) {
            String said = house.hear(
                    House.PLAIN, LOGIN + "a NONSENSE\r\n".repeat(19) + "a NOOP\r\n" + "a NONSENSE\r\n".repeat(30));
            assertEquals(
                    39, said.lines().filter(line -> line.startsWith("a BAD")).count());
            assertTrue(said.lines().toList().getLast().startsWith("* BYE "), said);
        }
    }
}
