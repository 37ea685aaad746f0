package org.mutatio.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// The store is stopped and its next version opened below live sessions: they wait, and go on as if nothing had been.
class StoreInPlaceTest {
    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private Client selected() {
        Client client = house.loggedIn();
        client.ok("SELECT INBOX");
        return client;
    }

    @Test
    void aCommandWaitsForTheNextStoreAndSeesTheSameNumbers() {
        Client client = house.loggedIn();
        client.append("INBOX", "one");
        client.append("INBOX", "two");
        client.ok("SELECT INBOX");
        house.storeStops();
        client.say("w STORE 2 +FLAGS (\\Flagged)");
        house.storeComes();
        assertEquals(List.of("* 2 FETCH (FLAGS (\\Flagged))", "OK stored"), client.answers("w"));
        assertTrue(client.ok("UID FETCH 2 BODY.PEEK[]").getFirst().contains("body of two"));
    }

    @Test
    void idleHearsOfWhatComesInTheNextStore() {
        Client idle = selected();
        idle.say("i IDLE");
        assertEquals("+ idling", idle.line());
        house.storeStops();
        house.storeComes();
        Client other = selected();
        other.append("INBOX", "new");
        assertEquals("* 1 EXISTS", idle.line());
        idle.say("DONE");
        assertEquals("i OK idled", idle.line());
    }

    @Test
    void whatChangedMeanwhileIsToldOnce() {
        Client client = selected();
        Client other = house.loggedIn();
        other.append("INBOX", "one");
        other.append("INBOX", "two");
        house.storeStops();
        house.storeComes();
        assertEquals(List.of("* 2 EXISTS", "OK nothing done"), client.ok("NOOP"));
        assertEquals(List.of("OK nothing done"), client.ok("NOOP"));
        assertTrue(client.ok("FETCH 2 BODY.PEEK[TEXT]").getFirst().contains("body of two"));
    }
}
