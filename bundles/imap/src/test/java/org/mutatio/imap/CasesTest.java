package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;
import org.mutatio.imap.talk.Transcript;

/// Faults that users of other servers met: the cases of imap-sync, imap-search, imap-folders, mime, perf, sec and
/// tls.
@Timeout(60)
class CasesTest {
    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private Client selected(int messages) {
        Client client = house.loggedIn();
        for (int i = 1; i <= messages; i++) {
            client.append("INBOX", "s" + i);
        }
        client.ok("SELECT INBOX");
        return client;
    }

    // ---- mime

    @Test
    void partialFetchesAreCutAndLabelled() { // mime-404
        Client client = selected(0);
        String message = "Subject: a partial fetch\r\nFrom: bo@example.com\r\n\r\n0123456789abcdef\r\n";
        client.append("INBOX", message.getBytes(StandardCharsets.US_ASCII));
        assertEquals(
                "* 1 FETCH (BODY[HEADER]<0> {30}\r\n" + message.substring(0, 30) + " BODY[]<0> {10}\r\n"
                        + message.substring(0, 10) + " BODY[]<999999> \"\" BODY[TEXT]<5> {13}\r\n56789abcdef\r\n)",
                client.ok("FETCH 1 (BODY.PEEK[HEADER]<0.30> BODY.PEEK[]<0.10> BODY.PEEK[]<999999.10>"
                                + " BODY.PEEK[TEXT]<5.100>)")
                        .getFirst());
        assertTrue(client.command("FETCH 1 BODY.PEEK[TEXT]<5.0>").getLast().startsWith("BAD"));
    }

    @Test
    void aBrokenMultipartHarmsNobody() { // mime-456
        Client client = selected(0);
        for (int i = 0; i < 20; i++) {
            client.append("INBOX", "good");
        }
        client.append(
                "INBOX", "Content-Type: multipart/mixed\r\n\r\nno boundary\r\n".getBytes(StandardCharsets.US_ASCII));
        client.append(
                "INBOX",
                "Content-Type: multipart/mixed; boundary=x\r\n\r\nnever there\r\n".getBytes(StandardCharsets.US_ASCII));
        client.append("INBOX", """
                Content-Type: multipart/mixed; boundary=x

                --x
                Content-Type: multipart/related; boundary=y

                --x--
                """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        List<String> answers = client.ok("FETCH 1:* (ENVELOPE BODYSTRUCTURE)");
        assertEquals(24, answers.size());
        assertTrue(answers.get(20).contains("BODYSTRUCTURE (\"text\" \"plain\" "), answers.get(20));
        assertTrue(answers.get(21).contains("BODYSTRUCTURE (\"text\" \"plain\" "), answers.get(21));
        assertTrue(answers.get(22).contains("BODYSTRUCTURE (("), answers.get(22));
    }

    @Test
    void quotesInHeadersAreEscapedInTheEnvelope() { // mime-a8a
        Client client = selected(0);
        client.append(
                "INBOX",
                "Message-ID: <1.2.JavaMail.\"u@s.test\"@host-1>\r\nSubject: a \"b\" \\c\r\n\r\n.\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        String envelope = client.ok("FETCH 1 ENVELOPE").getFirst();
        assertTrue(envelope.contains("\"<1.2.JavaMail.\\\"u@s.test\\\"@host-1>\""), envelope);
        assertTrue(envelope.contains("\"a \\\"b\\\" \\\\c\""), envelope);
    }

    @Test
    void numbersInsideAnEnclosedMessageAreItsOwn() { // mime-fda
        Client client = selected(0);
        String message = """
                Content-Type: multipart/mixed; boundary=m

                --m

                text
                --m
                Content-Type: message/rfc822
                X-Part: two

                Subject: inner
                Content-Type: multipart/alternative; boundary=a

                --a
                X-Part: plain

                inner plain
                --a
                Content-Type: text/html

                <p>inner
                --a--
                --m
                Content-Type: message/rfc822
                X-Part: three

                Subject: third

                third text
                --m--
                """.replace("\n", "\r\n");
        client.append("INBOX", message.getBytes(StandardCharsets.US_ASCII));
        String said = client.ok(
                        "FETCH 1 (BODY.PEEK[2.MIME] BODY.PEEK[2.HEADER] BODY.PEEK[2.1] BODY.PEEK[2.2.MIME]"
                                + " BODY.PEEK[3.1] BODY.PEEK[3.1.MIME] BODY.PEEK[2.TEXT]<0.5> BODY.PEEK[9] BODY.PEEK[1.HEADER])")
                .getFirst();
        for (String wanted : List.of(
                "BODY[2.MIME] {45}\r\nContent-Type: message/rfc822\r\nX-Part: two\r\n\r\n",
                "BODY[2.HEADER] {67}\r\nSubject: inner\r\n",
                "BODY[2.1] {11}\r\ninner plain ",
                "BODY[2.2.MIME] {27}\r\nContent-Type: text/html\r\n\r\n",
                "BODY[3.1] {10}\r\nthird text ",
                "BODY[3.1.MIME] {18}\r\nSubject: third\r\n\r\n",
                "BODY[2.TEXT]<0> {5}\r\n--a\r\n",
                "BODY[9] NIL",
                "BODY[1.HEADER] NIL")) {
            assertTrue(said.contains(wanted), wanted + " is not in " + said);
        }
    }

    // ---- sync

    @Test
    void copyUidNamesTheTargetAndBothSets() { // sync-50a
        Client client = selected(6);
        client.ok("CREATE B");
        client.append("B", "first");
        assertTrue(client.append("B", "second").getLast().startsWith("OK [APPENDUID 1012 2] "));
        assertTrue(client.ok("UID COPY 3,5:6 B").getLast().startsWith("OK [COPYUID 1012 3,5:6 3:5] "));
        List<String> moved = client.ok("UID MOVE 3 B");
        assertTrue(moved.get(0).startsWith("* OK [COPYUID 1012 3 6] "), moved.toString());
        assertEquals("* 3 EXPUNGE", moved.get(1));
    }

    @Test
    void numbersStayUntilAnExpungeIsTold() { // sync-6b4
        Client a = selected(3);
        Client b = house.loggedIn();
        b.ok("SELECT INBOX");
        b.ok("STORE 1 +FLAGS.SILENT (\\Deleted)");
        b.ok("EXPUNGE");
        List<String> fetched = a.ok("FETCH 2 BODY.PEEK[HEADER.FIELDS (SUBJECT)]");
        assertTrue(fetched.getFirst().contains("Subject: s2\r\n"), fetched.toString());
        assertEquals(2, fetched.size());
        assertEquals(
                List.of("* 2 FETCH (FLAGS (\\Seen))"),
                a.ok("STORE 2 +FLAGS (\\Seen)").subList(0, 1));
        assertEquals("* SEARCH 1 2 3", a.ok("SEARCH ALL").getFirst());
        // the one that is gone can still be read by its number
        assertTrue(a.ok("FETCH 1 BODY.PEEK[]").getFirst().contains("body of s1"));
        List<String> told = a.ok("NOOP");
        assertEquals("* 1 EXPUNGE", told.getFirst());
        assertTrue(a.ok("FETCH 1 BODY.PEEK[]").getFirst().contains("body of s2"));
    }

    @Test
    void flagsExpungesAndArrivalsArePushed() { // sync-970
        Client a = selected(2);
        Client b = house.loggedIn();
        b.ok("SELECT INBOX");
        a.say("i IDLE");
        assertEquals("+ idling", a.line());
        b.ok("STORE 1 +FLAGS (\\Flagged)");
        assertEquals("* 1 FETCH (FLAGS (\\Flagged))", a.line());
        b.ok("STORE 2 +FLAGS.SILENT (\\Deleted)");
        assertEquals("* 2 FETCH (FLAGS (\\Deleted))", a.line());
        b.ok("EXPUNGE");
        assertEquals("* 2 EXPUNGE", a.line());
        b.append("INBOX", "new");
        assertEquals("* 2 EXISTS", a.line());
        a.say("DONE");
        assertTrue(a.line().startsWith("i OK"));
        b.ok("STORE 1 -FLAGS (\\Flagged)");
        assertEquals("* 1 FETCH (FLAGS ())", a.ok("NOOP").getFirst());
    }

    @Test
    void eachAnswerHasTheRightKindOfNumber() { // sync-cd7
        Client client = selected(9);
        client.ok("UID STORE 1:4,6:8 +FLAGS.SILENT (\\Deleted)");
        client.ok("EXPUNGE");
        assertEquals(
                "* 2 FETCH (UID 9 FLAGS ())", client.ok("UID FETCH 9 (FLAGS)").getFirst());
        assertEquals("* SEARCH 1 2", client.ok("SEARCH ALL").getFirst());
        assertEquals("* SEARCH 5 9", client.ok("UID SEARCH ALL").getFirst());
        assertEquals(
                "* 2 FETCH (UID 9 FLAGS (\\Seen))",
                client.ok("UID STORE 9 +FLAGS (\\Seen)").getFirst());
    }

    @Test
    void uidsThatAreGoneAreIgnored() { // sync-de3
        Client a = selected(3);
        Client b = house.loggedIn();
        b.ok("SELECT INBOX");
        b.ok("UID STORE 2 +FLAGS.SILENT (\\Flagged)");
        a.ok("NOOP");
        a.ok("UID MOVE 2 Trash");
        assertEquals("* 2 EXPUNGE", b.ok("UID FETCH 2 FLAGS").getFirst()); // and so it learns of it
        for (String command : List.of("UID FETCH 2 FLAGS", "UID COPY 2 Drafts", "UID MOVE 2 Trash")) {
            List<String> answers = b.command(command);
            assertTrue(answers.getLast().startsWith("OK"), answers.toString());
            assertTrue(answers.stream().noneMatch(answer -> answer.contains("FETCH")), answers.toString());
        }
        assertTrue(b.ok("UID STORE 2 +FLAGS (\\Deleted)").size() == 1);
        assertEquals(
                "* STATUS Drafts (MESSAGES 0)", b.ok("STATUS Drafts (MESSAGES)").getFirst());
    }

    // ---- search

    @Test
    void everySpellingOfAWordIsFound() { // search-9a7
        Client client = selected(0);
        client.append("INBOX", header("=?UTF-8?B?5Lya6K6u?="));
        client.append("INBOX", header("=?UTF-8?Q?=E4=BC=9A=E8=AE=AE?="));
        client.append("INBOX", header("=?GB2312?B?u+HS6Q==?="));
        client.append("INBOX", header("=?ISO-8859-1?Q?Caf=E9_M=DCNCHEN?="));
        client.say("s UID SEARCH CHARSET UTF-8 SUBJECT {6}");
        assertTrue(client.line().startsWith("+ "));
        client.say(octets("会议"));
        assertEquals("* SEARCH 1 2 3", client.answers("s").getFirst());
        assertEquals(
                "* SEARCH 1 2 3",
                client.ok("UID SEARCH CHARSET UTF-8 SUBJECT {6+}\r\n" + octets("会议"))
                        .getFirst());
        assertEquals(
                "* SEARCH 4",
                client.ok("SEARCH CHARSET ISO-8859-1 SUBJECT {7+}\r\nm\u00fcnchen")
                        .getFirst());
        assertTrue(client.command("SEARCH CHARSET X-NONE SUBJECT x").getLast().startsWith("NO [BADCHARSET (UTF-8 "));
        client.ok("ENABLE UTF8=ACCEPT");
        assertTrue(client.command("SEARCH CHARSET UTF-8 SUBJECT x").getLast().startsWith("BAD"));
        assertEquals(
                "* SEARCH 4",
                client.ok("SEARCH SUBJECT \"" + octets("caf\u00c9") + "\"").getFirst());
    }

    private static byte[] header(String subject) {
        return ("Subject: " + subject + "\r\n\r\n.\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Test
    void rangesBeyondTheEnd() { // search-dd6
        Client client = selected(17);
        client.ok("UID STORE 1:7 +FLAGS.SILENT (\\Deleted)");
        client.ok("EXPUNGE");
        assertEquals("* SEARCH 17", client.ok("UID SEARCH UID 500:*").getFirst());
        assertEquals("* SEARCH 17", client.ok("UID SEARCH UID *:500").getFirst());
        assertEquals(
                List.of("* 10 FETCH (UID 17 FLAGS ())"),
                client.ok("UID FETCH 18:* FLAGS").subList(0, 1));
        assertTrue(client.command("FETCH 12 FLAGS").getLast().startsWith("BAD"));
        client.ok("SELECT Drafts");
        assertEquals("* SEARCH", client.ok("UID SEARCH UID 500:*").getFirst());
        assertEquals(1, client.ok("UID FETCH 1:* FLAGS").size());
    }

    // ---- folders

    @Test
    void oneFolderInTwoSpellings() { // folder-868
        Client old = house.loggedIn();
        old.ok("CREATE \"Entw&APw-rfe\"");
        old.ok("CREATE \"R&-D\"");
        for (String enable : List.of("IMAP4rev2", "UTF8=ACCEPT")) {
            Client other = house.loggedIn();
            other.ok("ENABLE " + enable);
            List<String> listed = other.ok("LIST \"\" *");
            assertTrue(
                    listed.contains("* LIST (\\HasNoChildren) \"/\" \"" + octets("Entw\u00fcrfe") + "\""),
                    listed.toString());
            assertTrue(listed.contains("* LIST (\\HasNoChildren) \"/\" R&D"), listed.toString());
            other.ok("SELECT \"" + octets("Entw\u00fcrfe") + "\"");
            other.ok("SELECT \"R&D\"");
            // decomposed is the same folder
            assertTrue(other.command("CREATE \"" + octets("Entwu\u0308rfe") + "\"")
                    .getLast()
                    .startsWith("NO [ALREADYEXISTS]"));
            assertTrue(other.command("CREATE \"\u00ff\"").getLast().startsWith("NO [CANNOT]"));
        }
        assertTrue(old.command("CREATE \"&Jjo!\"").getLast().startsWith("NO [CANNOT]"));
        assertTrue(old.command("CREATE \"&AGE-\"").getLast().startsWith("NO [CANNOT]"));
        assertTrue(old.ok("LIST \"\" *").contains("* LIST (\\HasNoChildren) \"/\" Entw&APw-rfe"));
    }

    @Test
    void inboxIsOneInAnyCase() { // folder-907
        Client client = house.loggedIn();
        client.ok("SELECT inbox");
        assertEquals(
                "* STATUS INBOX (MESSAGES 0)",
                client.ok("STATUS iNbOx (MESSAGES)").getFirst());
        client.ok("CREATE inbox/Sub");
        assertTrue(client.command("CREATE INBOX/Sub").getLast().startsWith("NO [ALREADYEXISTS]"));
        assertTrue(client.command("CREATE Inbox").getLast().startsWith("NO [ALREADYEXISTS]"));
        assertEquals(
                List.of("* LIST (\\HasChildren) \"/\" INBOX"),
                client.ok("LIST \"\" \"inbox%\"").subList(0, 1));
        assertEquals(
                "* LIST (\\HasNoChildren) \"/\" INBOX/Sub",
                client.ok("LIST \"\" \"inBOX/%\"").getFirst());
    }

    @Test
    void rolesAreToldAndUnique() { // folder-f1d
        Client client = house.loggedIn();
        List<String> listed = client.ok("LIST \"\" \"*\"");
        assertTrue(listed.contains("* LIST (\\HasNoChildren \\Sent) \"/\" Sent"), listed.toString());
        assertTrue(listed.contains("* LIST (\\HasNoChildren \\Trash) \"/\" Trash"), listed.toString());
        assertTrue(client.command("CREATE Sent2 (USE (\\Sent))").getLast().startsWith("NO [USEATTR]"));
        client.ok("DELETE Trash");
        client.ok("CREATE Bin (USE (\\Trash))");
        assertEquals(
                "* LIST (\\HasNoChildren \\Trash) \"/\" Bin",
                client.ok("LIST (SPECIAL-USE) \"\" Bin").getFirst());
    }

    // ---- performance

    @Test
    void setsAreCutToWhatThereIs() { // perf-96f
        Client client = selected(10);
        client.ok("CREATE B");
        assertTrue(client.ok("COPY 1:4294967295 B").getLast().contains("COPYUID 1012 1:10 1:10"));
        assertEquals(11, client.ok("UID FETCH 1:4294967295 FLAGS").size());
        client.ok("STORE 4294967295:1 +FLAGS.SILENT (\\Seen)");
        StringBuilder set = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            set.append(i == 0 ? "" : ",").append(i % 7 + 1).append(':').append(4_294_000_000L + i);
        }
        assertEquals(11, client.ok("UID FETCH " + set + " (FLAGS)").size());
    }

    @Test
    void thousandsOfFoldersAreListedWithTheirStatus() { // perf-9f8
        Client client = house.loggedIn();
        for (int i = 0; i < 1_500; i++) {
            client.ok("CREATE many/" + i);
        }
        List<String> answers =
                client.ok("LIST \"\" \"many/*\" RETURN (STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ))");
        assertEquals(3_001, answers.size());
        StringBuilder pipelined = new StringBuilder();
        for (int i = 0; i < 1_500; i++) {
            pipelined.append("p STATUS many/").append(i).append(" (MESSAGES)\r\n");
        }
        client.raw(pipelined.toString());
        for (int i = 0; i < 1_500; i++) {
            assertEquals(2, client.answers("p").size());
        }
    }

    // ---- security

    @Test
    void aRefusedLiteralIsNeverRun() { // sec-81f
        Client client = house.loggedIn();
        client.ok("CREATE Important");
        String evil = "b DELETE Important\r\n";
        for (String command : List.of(
                "APPEND nofolder {20+}",
                "APPEND INBOX (\\Wrong) {20+}",
                "APPEND INBOX \"no date\" {20+}",
                "APPEND \"&bad\" {20+}",
                "NONSENSE {20+}",
                "SEARCH SUBJECT {20+}",
                "FETCH {20+}")) {
            client.raw("x " + command + "\r\n" + evil + "\r\n");
            List<String> answers = client.answers("x");
            assertTrue(answers.getLast().startsWith("NO") || answers.getLast().startsWith("BAD"), answers.toString());
            assertEquals(1, answers.size());
            client.ok("STATUS Important (MESSAGES)");
        }
        // refused before `+`: the client goes on with the next command
        assertTrue(client.command("APPEND nofolder {20}").getLast().startsWith("NO [TRYCREATE]"));
        assertTrue(client.command("APPEND INBOX {99999999}").getLast().startsWith("NO [TOOBIG]"));
        client.ok("STATUS Important (MESSAGES)");
        Client stranger = house.connect();
        stranger.line();
        stranger.raw("x APPEND INBOX {20+}\r\n" + evil + "\r\ny NOOP\r\n");
        assertTrue(stranger.answers("x").getLast().startsWith("BAD"));
        assertEquals(1, stranger.answers("y").size());
    }

    @Test
    void hugeAppendWithoutWaitingIsDroppedOrEnds() { // sec-81f
        Client client = house.loggedIn();
        client.raw("x APPEND INBOX {300000000+}\r\n");
        assertTrue(client.line().startsWith("* BYE [TOOBIG]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{400000000}",
                "{2147483647}",
                "{-1}",
                "{}",
                "{9999999999}",
                "{99999999999999999999}",
                "{8193}",
                "{10 }",
                "{10",
                "{+}"
            })
    void oddLiteralsBeforeLogin(String literal) { // sec-bc2
        Client client = house.connect();
        client.line();
        client.say("a1 LOGIN " + literal);
        String answer = client.line();
        assertTrue(answer.startsWith("a1 BAD") || answer.startsWith("a1 NO"), answer);
        client.say("a2 NOOP");
        assertTrue(client.line().startsWith("a2 OK"));
    }

    @Test
    void aLiteralWithoutItsOctetsWaitsAndCostsNothing() { // sec-bc2
        Client client = house.connect();
        client.line();
        client.raw("a1 LOGIN {10+}\r\n");
        client.hangUp();
        assertTrue(client.next().isEmpty());
    }

    @Test
    void manyLiteralsInOneCommandAreCounted() { // James 2024-37358, Cyrus 2024-34055
        Client client = house.connect();
        client.line();
        client.raw("a1 LOGIN {8000+}\r\n" + "x".repeat(8000) + " {8000+}\r\n" + "y".repeat(8000) + "\r\n");
        assertTrue(client.line().startsWith("a1 NO [AUTHENTICATIONFAILED]"));
        client.say("a2 ID (" + "\"k\" \"" + "v".repeat(70_000) + "\")");
        assertTrue(client.line().startsWith("a2 NO [LIMIT]"));
        client.say("a3 NOOP");
        assertTrue(client.line().startsWith("a3 OK"));
    }

    @Test
    void nestingHasAnEnd() { // Dovecot 2026-27857
        Client client = selected(1);
        assertEquals(
                "* SEARCH 1",
                client.ok("SEARCH " + "(".repeat(30) + "ALL" + ")".repeat(30)).getFirst());
        assertTrue(client.command("SEARCH " + "(".repeat(20_000) + "ALL" + ")".repeat(20_000))
                .getLast()
                .startsWith("NO [LIMIT]"));
        assertTrue(client.command("SEARCH " + "NOT ".repeat(5_000) + "ALL")
                .getLast()
                .startsWith("NO [LIMIT]"));
    }

    @Test
    void blanksBehindStarttls() { // tls-b67
        Transcript.play(house, """
                S: * OK ...
                C: a1 NOOP\s
                S: a1 OK ...
                C: a2 STARTTLS now
                S: a2 BAD ...
                C: a3 STARTTLS\s\s
                S: a3 OK begin TLS
                C: a4 CAPABILITY
                S: * CAPABILITY IMAP4rev2 ... AUTH=PLAIN AUTH=ROUND
                S: a4 OK ...
                C: a5 STARTTLS
                S: a5 BAD [CLIENTBUG] TLS is on already
                """);
    }

    @Test
    void octetsBehindStarttlsEndTheSession() { // RFC 9051 section 11.1
        Client client = house.connect();
        client.line();
        client.raw("a1 STARTTLS\r\na2 LOGIN ann@example.com secret\r\n");
        assertTrue(client.line().startsWith("* BYE [CLIENTBUG]"));
        assertTrue(client.line().startsWith("a1 BAD [CLIENTBUG]"));
        assertTrue(client.next().isEmpty());
    }
}
