package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mutatio.current.HandedState;
import org.mutatio.imap.session.Greeting;
import org.mutatio.imap.session.ImapSettings;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;
import org.mutatio.imap.talk.Transcript;
import org.mutatio.sdk.health.Health;

@Timeout(60)
class SessionTest {
    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private void talk(String text) {
        Transcript.play(house, text);
    }

    @Test
    void noLoginInTheClear() { // RFC 9051 section 6.2.3, RFC 8314
        Client client = house.connect(House.STRICT);
        assertTrue(client.line().contains(" STARTTLS LOGINDISABLED]"));
        assertTrue(client.command("LOGIN ann@example.com secret").getLast().startsWith("NO [PRIVACYREQUIRED]"));
        assertTrue(
                client.command("AUTHENTICATE PLAIN AGFubgBzZWNyZXQ=").getLast().startsWith("NO [PRIVACYREQUIRED]"));
        client.ok("STARTTLS");
        assertTrue(client.ok("CAPABILITY").getFirst().contains(" AUTH=PLAIN"));
        client.ok("LOGIN ann@example.com secret");
    }

    @Test
    void authenticateInAllItsForms() { // RFC 9051 section 6.2.2, RFC 4959
        talk("""
                S: * OK ...
                C: a1 AUTHENTICATE PLAIN AGFubkBleGFtcGxlLmNvbQB3cm9uZw==
                S: a1 NO [AUTHENTICATIONFAILED] ...
                C: a2 AUTHENTICATE PLAIN
                S: +\s
                C: *
                S: a2 BAD cancelled
                C: a3 AUTHENTICATE PLAIN !!!
                S: a3 BAD not base64
                C: a4 AUTHENTICATE NONE
                S: a4 NO [CANNOT] ...
                C: a5 AUTHENTICATE PLAIN
                S: +\s
                C: AGFubkBleGFtcGxlLmNvbQBzZWNyZXQ=
                S: a5 OK [CAPABILITY ...] welcome
                C: a6 LOGIN ann@example.com secret
                S: a6 BAD [CLIENTBUG] ...
                """);
    }

    @Test
    void aMechanismOfSeveralStepsEndsWithAnEmptyResponse() {
        talk("""
                S: * OK ...
                C: a1 AUTHENTICATE ROUND
                S: + cm91bmQgMQ==
                C: b25l
                S: + cm91bmQgMg==
                C: dHdv
                S: + dj1vaw==
                C:
                S: a1 OK ...
                """);
    }

    @Test
    void eachStateHasItsCommands() { // RFC 9051 section 3
        talk("""
                S: * OK ...
                C: a1 SELECT INBOX
                S: a1 BAD [CLIENTBUG] log in first
                C: a2 FETCH 1 FLAGS
                S: a2 BAD [CLIENTBUG] log in first
                C: a3 NONSENSE
                S: a3 BAD ...
                C: a4 LOGIN ann@example.com secret
                S: a4 OK ...
                C: a5 FETCH 1 FLAGS
                S: a5 BAD [CLIENTBUG] select a mailbox first
                C: a6 SELECT nothing
                S: a6 NO [NONEXISTENT] ...
                C:
                S: * BAD ...
                C: +a NOOP
                S: * BAD ...
                C: a7 NOOP NOOP
                S: a7 BAD ...
                C: a8 NAMESPACE
                S: * NAMESPACE (("" "/")) NIL NIL
                S: a8 OK ...
                C: a9 ID ("name" "x" "version" NIL)
                S: * ID ("name" "Mutatio")
                S: a9 OK ...
                C: a10 UNSELECT
                S: a10 BAD ...
                """);
    }

    @Test
    void tooMuchNonsenseEndsTheSession() { // promises section 3: 20 in a row
        Client client = house.connect();
        client.line();
        for (int i = 1; i < 20; i++) {
            assertTrue(client.command("WHAT").getLast().startsWith("BAD"));
        }
        client.say("last WHAT");
        assertTrue(client.line().startsWith("last BAD"));
        assertTrue(client.line().startsWith("* BYE"));
        assertTrue(client.next().isEmpty());
    }

    @Test
    void silenceBeforeLoginEnds() {
        try (House impatient = new House(House.settings(Duration.ofMillis(100), Duration.ofSeconds(30)))) {
            Client client = impatient.connect();
            client.line();
            client.raw("a1 LOGIN {5"); // a slow one: its command must be whole in time too
            assertTrue(client.line().startsWith("* BYE"));
            Client silent = impatient.connect();
            silent.line();
            assertTrue(silent.line().startsWith("* BYE"));
        }
    }

    @Test
    void aSwapHandsSessionsOverBetweenCommands() {
        Client client = house.loggedIn();
        client.append("INBOX", "one");
        client.ok("SELECT INBOX");
        client.ok("ENABLE CONDSTORE");
        client.ok("SEARCH RETURN (SAVE) ALL");
        client.connection().handOver();
        assertEquals(0, house.server().drain(Instant.now().plusSeconds(5)));
        assertTrue(client.ok("FETCH $ (UID FLAGS)").getFirst().startsWith("* 1 FETCH (UID 1 FLAGS ("));
        assertEquals(List.of("* ENABLED", "OK enabled"), client.ok("ENABLE CONDSTORE")); // it was on already
        client.ok("UID FETCH 1 BODY[]");
        assertEquals(List.of("* BYE see you", "OK logged out"), client.ok("LOGOUT"));
    }

    @Test
    void aSwapHandsIdleOver() {
        Client idle = house.loggedIn();
        idle.append("INBOX", "one");
        idle.append("INBOX", "two");
        idle.ok("SELECT INBOX");
        idle.say("i IDLE");
        assertEquals("+ idling", idle.line());
        Client other = house.loggedIn();
        other.ok("SELECT INBOX");
        house.beforeResume(
                () -> { // while nobody looks
                    other.ok("STORE 1 +FLAGS.SILENT (\\Deleted)");
                    other.ok("EXPUNGE");
                    other.ok("STORE 1 +FLAGS.SILENT (\\Flagged)");
                    other.append("INBOX", "three");
                });
        idle.connection().handOver();
        assertEquals("* 1 EXPUNGE", idle.line());
        assertEquals("* 2 EXISTS", idle.line());
        assertEquals("* 1 FETCH (FLAGS (\\Flagged))", idle.line());
        house.beforeResume(() -> {});
        idle.connection().handOver(); // and once more
        other.append("INBOX", "four");
        assertEquals("* 3 EXISTS", idle.line());
        idle.say("DONE");
        assertEquals("i OK idled", idle.line());
        assertTrue(idle.ok("FETCH 1:* UID").getFirst().startsWith("* 1 FETCH (UID 2"));
    }

    @Test
    void numbersStayWhatTheyWereUntilExpungeIsToldAlsoOverASwap() { // RFC 9051 section 7.5.1
        Client client = house.loggedIn();
        client.append("INBOX", "one");
        client.append("INBOX", "two");
        client.ok("SELECT INBOX");
        Client other = house.loggedIn();
        other.ok("SELECT INBOX");
        house.beforeResume(() -> {
            other.ok("STORE 1 +FLAGS (\\Deleted)");
            other.ok("EXPUNGE");
        });
        client.connection().handOver();
        assertEquals(List.of("* 2 FETCH (UID 2)", "OK fetched"), client.ok("FETCH 2 (UID)"));
        assertEquals(List.of("* 1 EXPUNGE", "OK nothing done"), client.ok("NOOP"));
    }

    @Test
    void aMailboxThatIsDeletedDuringASwapEndsTheSession() { // RFC 2180 section 3.3
        Client client = house.loggedIn();
        client.ok("CREATE short-lived");
        client.ok("SELECT short-lived");
        Client other = house.loggedIn();
        house.beforeResume(() -> other.ok("DELETE short-lived"));
        client.connection().handOver();
        assertTrue(client.line().startsWith("* BYE [UNAVAILABLE]"));
    }

    @Test
    void aStrangersSessionIsHandedOverToo() {
        Client client = house.connect();
        client.line();
        client.connection().handOver();
        client.ok("LOGIN ann@example.com secret");
        client.ok("SELECT INBOX");
    }

    @Test
    void aStateOfAnotherVersionIsNotResumed() {
        assertFalse(house.server().resumes(new HandedState("imap/2").octets()));
        assertFalse(house.server()
                .resumes(new HandedState("imap/1").put(6, "XTIMETRAVEL").octets()));
        assertFalse(house.server().resumes(ByteBuffer.wrap(new byte[] {0, 6, 'i', 'm', 'a', 'p', '/', '1', 0})));
        assertTrue(house.server()
                .resumes(
                        new HandedState("imap/1").put(999, "new and not needed").octets()));
    }

    @Test
    void seenIsSetByBodyAlone() { // RFC 9051 section 6.4.5
        talk("""
                S: * OK ...
                C: a0 LOGIN ann@example.com secret
                S: a0 OK ...
                C: a1 APPEND INBOX {6+}
                C: A: b
                C:
                S: a1 OK ...
                C: a2 EXAMINE INBOX
                S: ...
                S: * OK [PERMANENTFLAGS ()] Read only
                S: ...
                S: a2 OK [READ-ONLY] ...
                C: a3 FETCH 1 (BODY[TEXT] FLAGS)
                S: * 1 FETCH (BODY[TEXT] "" FLAGS ())
                S: a3 OK ...
                C: a4 STORE 1 +FLAGS (\\Seen)
                S: a4 NO [CANNOT] ...
                C: a5 EXPUNGE
                S: a5 NO [CANNOT] ...
                C: a6 SELECT INBOX
                S: ...
                S: a6 OK [READ-WRITE] ...
                C: a7 FETCH 1 (BODY.PEEK[TEXT] RFC822.HEADER ENVELOPE FLAGS)
                S: * 1 FETCH (BODY[TEXT] "" RFC822.HEADER {6}
                S: A: b
                S:  ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) FLAGS ())
                S: a7 OK ...
                C: a8 FETCH 1 BODY[HEADER.FIELDS (A "x y")]
                S: * 1 FETCH (FLAGS (\\Seen) BODY[HEADER.FIELDS (A "x y")] {8}
                S: A: b
                S:
                S: )
                S: a8 OK ...
                C: a9 FETCH 1 BODY[HEADER.FIELDS.NOT (A)]
                S: * 1 FETCH (BODY[HEADER.FIELDS.NOT (A)] {2}
                S:
                S: )
                S: a9 OK ...
                """);
    }

    @Test
    void condstoreTellsAndGuards() { // RFC 7162 sections 3.1.3, 3.1.4, 3.1.5
        Client client = house.loggedIn();
        for (int i = 0; i < 3; i++) {
            client.append("INBOX", "s" + i);
        }
        client.ok("SELECT INBOX (CONDSTORE)");
        String first = client.ok("FETCH 1 (MODSEQ)").getFirst();
        long modSeq = Long.parseLong(first.replaceAll("\\D*1 FETCH \\(MODSEQ \\((\\d+)\\)\\)", "$1"));
        client.ok("STORE 2 +FLAGS (\\Seen)");
        List<String> guarded = client.ok("STORE 1:3 (UNCHANGEDSINCE " + (modSeq + 2) + ") +FLAGS.SILENT (\\Flagged)");
        assertTrue(guarded.getLast().startsWith("OK [MODIFIED 2] "), guarded.toString());
        assertTrue(guarded.get(0).startsWith("* 1 FETCH (MODSEQ ("), guarded.toString());
        assertTrue(guarded.get(1).startsWith("* 3 FETCH (MODSEQ ("), guarded.toString());
        List<String> changed = client.ok("FETCH 1:* (FLAGS) (CHANGEDSINCE " + (modSeq + 2) + ")");
        assertEquals(4, changed.size());
        assertTrue(client.ok("SEARCH MODSEQ " + (modSeq + 4)).getFirst().startsWith("* SEARCH 1 3 (MODSEQ "));
        assertTrue(client.ok("UID SEARCH RETURN (COUNT MIN) MODSEQ \"/flags/\\\\Draft\" all 1")
                .getFirst()
                .matches("\\* ESEARCH \\(TAG \"t\\d+\"\\) UID MIN 1 COUNT 3 MODSEQ \\d+"));
        assertTrue(client.ok("STATUS INBOX (HIGHESTMODSEQ)")
                .getFirst()
                .matches("\\* STATUS INBOX \\(HIGHESTMODSEQ \\d+\\)"));
    }

    @Test
    void theLastSearchIsKept() { // RFC 9051 section 6.4.4.1
        talk("""
                S: * OK ...
                C: a LOGIN ann@example.com secret
                S: a OK ...
                C: a APPEND INBOX (\\Seen) {4+}
                C: a:
                C:
                S: a OK ...
                C: a APPEND INBOX {4+}
                C: b:
                C:
                S: a OK ...
                C: a SELECT INBOX
                S: ...
                S: a OK ...
                C: a SEARCH RETURN (SAVE) UNSEEN
                S: a OK ...
                C: a FETCH $ FLAGS
                S: * 2 FETCH (FLAGS ())
                S: a OK ...
                C: a UID SEARCH RETURN (MAX SAVE) ALL
                S: * ESEARCH (TAG "a") UID MAX 2
                S: a OK ...
                C: a SEARCH $ UNSEEN
                S: * SEARCH 2
                S: a OK ...
                C: a SEARCH RETURN (SAVE) CHARSET X-NONE SUBJECT x
                S: a NO [BADCHARSET ...] ...
                C: a ENABLE IMAP4rev2
                S: * ENABLED IMAP4rev2
                S: a OK ...
                C: a SEARCH SEEN
                S: * ESEARCH (TAG "a") ALL 1
                S: a OK ...
                """);
    }

    @Test
    void quotaAndSizeAreCheckedBeforeTheOctets() { // RFC 7889, RFC 9208
        Client bo = house.connect();
        bo.line();
        bo.ok("LOGIN bo@example.com secret");
        assertTrue(bo.command("APPEND INBOX {20000}").getLast().startsWith("NO [OVERQUOTA]"));
        bo.append("INBOX", ("A: b\r\n\r\n" + "x".repeat(6000)).getBytes(StandardCharsets.US_ASCII));
        bo.ok("SELECT INBOX");
        assertTrue(bo.command("COPY 1 Archive").getLast().startsWith("NO [OVERQUOTA]"));
        bo.ok("MOVE 1 Archive");
        assertTrue(bo.command("APPEND INBOX {50000001}").getLast().startsWith("NO [TOOBIG]"));
        assertTrue(bo.ok("STATUS Archive (SIZE APPENDLIMIT DELETED)")
                .getFirst()
                .equals("* STATUS Archive (SIZE 6008 APPENDLIMIT 50000000 DELETED 0)"));
    }

    @Test
    void anUnavailableStoreIsSaidSo() {
        Client client = house.loggedIn();
        client.append("INBOX", "s");
        client.ok("SELECT INBOX");
        house.fake().unavailable(true);
        assertTrue(client.command("STORE 1 +FLAGS (\\Seen)").getLast().startsWith("NO [UNAVAILABLE]"));
        assertTrue(client.command("CREATE x").getLast().startsWith("NO [UNAVAILABLE]"));
        client.raw("x APPEND INBOX {9+}\r\ny LOGOUT\n\r\n");
        assertTrue(client.answers("x").getLast().startsWith("NO [UNAVAILABLE]"));
        // reading goes on, though \Seen cannot be set
        assertTrue(client.ok("FETCH 1 BODY[]").getFirst().contains("body of s"));
        house.fake().unavailable(false);
        client.ok("STORE 1 +FLAGS (\\Seen)");
    }

    @Test
    void ourOwnFaultKeepsTheSessionInStep() {
        Client client = house.loggedIn();
        client.append("INBOX", "s");
        client.ok("SELECT INBOX");
        house.fake().broken(true);
        assertTrue(client.command("FETCH 1 BODY.PEEK[]").getLast().startsWith("NO [SERVERBUG]"));
        client.raw("x APPEND INBOX {9+}\r\ny LOGOUT\n\r\n");
        assertTrue(client.answers("x").getLast().startsWith("NO [SERVERBUG]"));
        house.fake().broken(false);
        client.ok("FETCH 1 BODY.PEEK[]");
    }

    @Test
    void oneWriteForEachCommand() {
        Client client = house.loggedIn();
        for (int i = 0; i < 20; i++) {
            client.append("INBOX", "s" + i);
        }
        client.ok("SELECT INBOX");
        long before = client.connection().writes();
        client.ok("FETCH 1:* (FLAGS UID ENVELOPE)");
        assertEquals(1, client.connection().writes() - before);
    }

    @Test
    void aDeletedMailboxEndsTheOtherSession() { // RFC 2180 section 3.3
        Client a = house.loggedIn();
        a.ok("CREATE x");
        a.ok("SELECT x");
        Client b = house.loggedIn();
        b.ok("SELECT x");
        b.ok("DELETE x");
        b.ok("NOOP");
        a.say("n NOOP");
        assertTrue(a.line().startsWith("* BYE [UNAVAILABLE]"));
    }

    @Test
    void renamingAndListing() { // RFC 9051 sections 6.3.6 and 6.3.9
        talk("""
                S: * OK ...
                C: a LOGIN ann@example.com secret
                S: a OK ...
                C: a CREATE a/b/c
                S: a OK ...
                C: a LIST "" %
                S: * LIST (\\HasNoChildren) "/" INBOX
                S: * LIST (\\HasNoChildren \\Archive) "/" Archive
                S: ...
                S: * LIST (\\Noselect \\HasChildren) "/" a
                S: a OK ...
                C: a RENAME a/b x
                S: a ...
                C: a RENAME a/b/c a/b/c/d
                S: a NO [CANNOT] ...
                C: a CREATE a//b
                S: a NO [CANNOT] ...
                C: a CREATE "a%"
                S: a NO [CANNOT] ...
                C: a DELETE INBOX
                S: a NO [CANNOT] ...
                C: a SUBSCRIBE a/none
                S: a OK ...
                C: a LIST (SUBSCRIBED) "" a*
                S: * LIST (\\NonExistent \\HasNoChildren \\Subscribed) "/" a/none
                S: a OK ...
                C: a LSUB "" a%
                S: * LSUB (\\Noselect) "/" a
                S: a OK ...
                C: a LIST "" ""
                S: * LIST (\\Noselect) "/" ""
                S: a OK ...
                C: a LIST "" INBOX RETURN (SUBSCRIBED CHILDREN STATUS (MESSAGES))
                S: * LIST (\\HasNoChildren \\Subscribed) "/" INBOX
                S: * STATUS INBOX (MESSAGES 0)
                S: a OK ...
                """);
    }

    @Test
    void subscriptionsAreTheClientsOwn() { // RFC 9051 sections 6.3.5 to 6.3.7
        talk("""
                S: * OK ...
                C: a LOGIN ann@example.com secret
                S: a OK ...
                C: a LIST (SUBSCRIBED) "" (INBOX Sent)
                S: * LIST (\\HasNoChildren \\Subscribed) "/" INBOX
                S: * LIST (\\HasNoChildren \\Subscribed \\Sent) "/" Sent
                S: a OK ...
                C: a CREATE work
                S: a OK ...
                C: a LIST (SUBSCRIBED) "" work
                S: a OK ...
                C: a SUBSCRIBE work
                S: a OK ...
                C: a DELETE work
                S: a OK ...
                C: a LIST "" work RETURN (SUBSCRIBED)
                S: a OK ...
                C: a LIST (SUBSCRIBED) "" work RETURN (STATUS (MESSAGES))
                S: * LIST (\\NonExistent \\HasNoChildren \\Subscribed) "/" work
                S: a OK ...
                C: a LSUB "" work
                S: * LSUB () "/" work
                S: a OK ...
                C: a SELECT work
                S: a NO [NONEXISTENT] ...
                C: a STATUS work (MESSAGES)
                S: a NO [NONEXISTENT] ...
                C: a APPEND work {1+}
                C: x
                S: a NO [TRYCREATE] ...
                C: a RENAME work play
                S: a NO [NONEXISTENT] ...
                C: a UNSUBSCRIBE work
                S: a OK ...
                C: a LIST (SUBSCRIBED) "" work
                S: a OK ...
                """);
    }

    @Test
    void binaryTakesTheEncodingOff() { // RFC 3516
        Client client = house.loggedIn();
        client.append(
                "INBOX",
                "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQF\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        client.append(
                "INBOX",
                "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-secret\r\n\r\nAAECAwQF\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        client.ok("SELECT INBOX");
        assertEquals(
                "* 1 FETCH (BINARY.SIZE[1] 6 BINARY[1] ~{6}\r\n\0\1\2\3\4\5 BINARY[1]<2> ~{3}\r\n\2\3\4)",
                client.ok("FETCH 1 (BINARY.SIZE[1] BINARY.PEEK[1] BINARY.PEEK[1]<2.3>)")
                        .getFirst());
        assertTrue(client.command("FETCH 2 BINARY[1]").getLast().startsWith("NO [UNKNOWN-CTE]"));
    }

    @Test
    void aCommandIsReadToItsEndDuringASwap() {
        Client client = house.loggedIn();
        client.raw("a CREATE half");
        client.connection().handOver();
        client.raw("way\r\n");
        assertTrue(client.line().startsWith("a OK"));
        client.ok("DELETE halfway");
    }

    @Test
    void aSearchHasADeadline() { // promises section 3: 30 s
        try (House hasty = new House(House.settings(Duration.ofSeconds(60), Duration.ZERO))) {
            Client client = hasty.loggedIn();
            client.append("INBOX", "s");
            client.ok("SELECT INBOX");
            assertTrue(client.command("SEARCH BODY x").getLast().startsWith("NO [LIMIT]"));
            client.ok("NOOP");
        }
    }

    @Test
    void settingsHaveTheirDefaults() {
        ImapSettings settings = ImapComponent.settings(new Defaults());
        assertEquals(ImapSettings.DEFAULTS, settings);
    }

    /// What SCR makes of an empty table.
    @SuppressWarnings("ClassExplicitlyAnnotation") // there is no other way to have one
    private record Defaults() implements ImapConfig {
        @Override
        public String messageSize() {
            return of("messageSize");
        }

        @Override
        public String loginTimeout() {
            return of("loginTimeout");
        }

        @Override
        public String idleTimeout() {
            return of("idleTimeout");
        }

        @Override
        public String searchTime() {
            return of("searchTime");
        }

        @Override
        public boolean filterAppend() {
            return Boolean.parseBoolean(of("filterAppend"));
        }

        private static String of(String name) {
            try {
                return String.valueOf(ImapConfig.class.getMethod(name).getDefaultValue());
            } catch (NoSuchMethodException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return ImapConfig.class;
        }
    }

    @Test
    void probe() {
        assertEquals(Health.State.OK, Greeting.probe(house.server()).state());
        assertTrue(house.meters().samples().stream()
                .anyMatch(sample -> sample.name().startsWith("mutatio_imap_sessions_active")));
    }
}
