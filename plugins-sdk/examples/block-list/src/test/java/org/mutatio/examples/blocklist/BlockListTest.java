package org.mutatio.examples.blocklist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.testkit.FilterTrial;
import org.mutatio.testkit.Outcome;

class BlockListTest {
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");
    private final BlockList filter = new BlockList();

    @BeforeEach
    void list() throws IOException {
        file = folder.resolve("blocked.txt");
        write(NOON.minusSeconds(60), """
                # whom we do not want
                bo@Example.net
                spam.test          # and all below
                192.0.2.0/24
                2001:db8::1
                """);
    }

    private void write(Instant time, String text) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    private FilterTrial trial(String from, String client) {
        return FilterTrial.of(filter)
                .settings(Map.of("file", file.toString()))
                .from(from)
                .client(client);
    }

    @ParameterizedTest(name = "{0} from {1}: blocked {2}")
    @CsvSource(textBlock = """
            bo@example.net,      198.51.100.1,  true
            BO@EXAMPLE.NET,      198.51.100.1,  true
            cy@example.net,      198.51.100.1,  false
            cy@spam.test,        198.51.100.1,  true
            cy@a.b.spam.test,    198.51.100.1,  true
            cy@notspam.test,     198.51.100.1,  false
            cy@example.org,      192.0.2.255,   true
            cy@example.org,      192.0.3.0,     false
            cy@example.org,      2001:db8::1,   true
            cy@example.org,      2001:db8::2,   false
            '',                  198.51.100.1,  false
            """)
    void whatIsListedIsBlocked(String from, String client, boolean blocked) throws Exception {
        Outcome outcome = trial(from, client).recipient();
        assertEquals(blocked, !outcome.passed());
        if (blocked) {
            assertEquals(
                    "550 5.7.1 sender is blocked by the recipient",
                    outcome.reply().orElseThrow().toString());
            assertTrue(outcome.decision().reason().contains(file.toString()));
        }
    }

    @Test
    void aChangeCountsWithinASecond() throws Exception {
        assertTrue(trial("new@example.org", "198.51.100.1").at(NOON).recipient().passed());
        write(NOON, "new@example.org\n");
        assertTrue(trial("new@example.org", "198.51.100.1")
                .at(NOON.plusMillis(900))
                .recipient()
                .passed());
        assertEquals(
                550,
                trial("new@example.org", "198.51.100.1")
                        .at(NOON.plusMillis(1_001))
                        .recipient()
                        .reply()
                        .orElseThrow()
                        .code());
        assertTrue(trial("bo@example.net", "198.51.100.1")
                .at(NOON.plusMillis(1_002))
                .recipient()
                .passed());
    }

    @Test
    void aBrokenOrMissingFileLeavesTheFormerListInForce() throws Exception {
        assertEquals(
                550,
                trial("bo@example.net", "198.51.100.1")
                        .at(NOON)
                        .recipient()
                        .reply()
                        .orElseThrow()
                        .code());
        write(NOON.plusSeconds(1), "good@example.org\nnot a domain\n300.1.1.1\n");
        Outcome broken =
                trial("bo@example.net", "198.51.100.1").at(NOON.plusSeconds(5)).recipient();
        assertEquals(550, broken.reply().orElseThrow().code());
        assertTrue(broken.notes().getFirst().contains("line 2"), broken.notes().toString());
        assertTrue(broken.notes().getFirst().contains("line 3"), broken.notes().toString());
        Files.delete(file);
        assertEquals(
                550,
                trial("bo@example.net", "198.51.100.1")
                        .at(NOON.plusSeconds(10))
                        .recipient()
                        .reply()
                        .orElseThrow()
                        .code());
    }

    @Test
    void aFileThatWasNeverThereIsAFault() {
        FilterTrial trial = FilterTrial.of(filter)
                .settings(Map.of("file", folder.resolve("none").toString()));
        assertThrows(IOException.class, trial::recipient); // the server: OPEN, and the trace says so
    }

    @Test
    void ourOwnUsersAndDomainsWithoutAFileAreLeftAlone() throws Exception {
        assertTrue(trial("x@example.org", "192.0.2.7")
                .submittedBy("bo@example.net")
                .recipient()
                .passed());
        assertTrue(FilterTrial.of(filter).from("bo@example.net").recipient().passed());
    }

    @Test
    void aRelativePathIsRefusedWithThePolicy() {
        assertThrows(
                IllegalArgumentException.class, () -> FilterTrial.of(filter).settings("file = 'blocked.txt'"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.0/33", "1.2.3", "2001:db8::/129", "::g", "a b", "x@", "a..b"})
    void wrongLinesAreNamed(String line) {
        var wrong = assertThrows(IllegalArgumentException.class, () -> Blocked.parse(List.of("", line)));
        assertTrue(String.valueOf(wrong.getMessage()).startsWith("line 2: "), wrong.getMessage());
    }
}
