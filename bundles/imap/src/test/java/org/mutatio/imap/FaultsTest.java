package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// What others do in the midst of a command, and what happens when something of ours breaks there.
@Timeout(60)
class FaultsTest {
    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private Client selected(int messages) {
        Client client = house.loggedIn();
        for (int i = 1; i <= messages; i++) {
            client.append("INBOX", "number " + i);
        }
        client.ok("SELECT INBOX");
        return client;
    }

    @Test
    void aFlagThatIsSetWhileAMessageIsSentIsTold() {
        Client client = selected(1);
        Client other = house.loggedIn();
        other.ok("SELECT INBOX");
        AtomicInteger times = new AtomicInteger();
        house.fake().whenRead(_ -> {
            if (times.getAndIncrement() == 0) {
                other.ok("STORE 1 +FLAGS (\\Flagged)");
            }
        });
        List<String> answers = client.ok("FETCH 1 BODY[]");
        assertTrue(answers.get(0).startsWith("* 1 FETCH (FLAGS (\\Seen) BODY[] {"), answers.toString());
        assertEquals("* 1 FETCH (FLAGS (\\Seen \\Flagged))", answers.get(1));
    }

    @Test
    void whatAFetchToldIsNotToldTwice() {
        Client client = selected(1);
        assertEquals(2, client.ok("FETCH 1 BODY[]").size());
        assertEquals(2, client.ok("STORE 1 +FLAGS (\\Flagged)").size());
        assertEquals(1, client.ok("STORE 1 +FLAGS.SILENT (\\Draft)").size());
        assertEquals(1, client.ok("NOOP").size());
    }

    @Test
    void oneMessageThatBreaksUsDoesNotHideTheOthers() {
        Client client = selected(3);
        house.fake().whenRead(uid -> {
            if (uid == 2) {
                throw new IllegalStateException("broken on purpose");
            }
        });
        List<String> answers = client.command("FETCH 1:3 (UID BODY.PEEK[])");
        assertEquals(3, answers.size(), answers.toString());
        assertTrue(answers.get(0).startsWith("* 1 FETCH (UID 1 BODY[] {"), answers.toString());
        assertTrue(answers.get(1).startsWith("* 3 FETCH (UID 3 BODY[] {"), answers.toString());
        assertEquals("NO [SERVERBUG] 1 of the messages cannot be read now", answers.get(2));
        client.ok("NOOP");
    }

    @Test
    void flagsThatWereTakenBackWithALineAreTold() {
        Client client = selected(2);
        house.fake().whenRead(uid -> {
            if (uid == 2) {
                throw new IllegalStateException("broken on purpose");
            }
        });
        List<String> answers = client.command("FETCH 1:2 BODY[]");
        assertTrue(answers.contains("* 2 FETCH (FLAGS (\\Seen))"), answers.toString());
        assertTrue(answers.getLast().startsWith("NO [SERVERBUG]"));
    }

    @Test
    void aFaultInTheMidstOfALiteralEndsTheSession() { // what follows looks like commands
        Client client = house.loggedIn();
        house.fake().brokenSpools(true);
        String message = "Subject: x\r\n\r\n" + "x".repeat(20_000) + "\r\na9 DELETE Sent\r\n";
        client.raw("a1 APPEND INBOX {" + message.length() + "+}\r\n" + message + "\r\na2 NOOP\r\n");
        assertEquals("* BYE [SERVERBUG] this was our fault, in the midst of a literal", client.line());
        assertEquals(Optional.empty(), client.next());
        assertEquals(2, house.loggedIn().ok("LIST \"\" Sent").size(), "nothing of it was run");
    }

    /// Promises section 2: a stranger takes a place for a while, not for ever.
    @Test
    void whoNeverLogsInIsSentAway() {
        Client client = house.connect();
        for (int i = 1; i < 50; i++) {
            client.ok("NOOP");
        }
        client.raw("a99 NOOP\r\n");
        assertEquals("a99 OK nothing done", client.line());
        assertEquals("* BYE so many commands and no log-in", client.line());
        assertEquals(Optional.empty(), client.next());
    }

    @Test
    void manyKeysOnOneLargeMessageHaveADeadlineToo() { // promises section 3
        try (House hasty = new House(House.settings(Duration.ofSeconds(60), Duration.ofMillis(50)))) {
            Client client = hasty.loggedIn();
            client.append(
                    "INBOX",
                    ("Subject: x\r\n\r\n" + "some words \r\n".repeat(70_000)).getBytes(StandardCharsets.US_ASCII));
            client.ok("SELECT INBOX");
            StringBuilder keys = new StringBuilder("NOT BODY x0");
            for (int i = 1; i < 500; i++) {
                keys.append(" NOT BODY x").append(i);
            }
            assertTrue(client.command("SEARCH " + keys).getLast().startsWith("NO [LIMIT]"));
            client.ok("NOOP");
        }
    }

    @Test
    void noLineEndOfTheClientComesIntoAnAnswer() {
        Client client = selected(1);
        client.raw("a1 FETCH 1 BODY.PEEK[HEADER.FIELDS ({12+}\r\nX\r\n* 9 EXIST)]\r\n");
        assertEquals("a1 BAD not the name of a field", client.line());
        client.ok("NOOP");
    }
}
