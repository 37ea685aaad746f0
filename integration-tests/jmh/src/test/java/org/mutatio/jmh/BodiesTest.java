package org.mutatio.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.imap.protocol.Command;
import org.mutatio.smtp.session.DataScan;

/// What is measured is the work that is meant: a benchmark of a refusal would be fast.
class BodiesTest {

    @Test
    void theScannerFindsTheEndAndTakesTheDotsOut() {
        assertEquals(Letters.of(10_240).length, new DataScan().scan());
    }

    @Test
    void theMessageHasTwoParts() {
        assertEquals(2, new MimeScan().scan().root().children().size());
    }

    @Test
    void theLineIsAFetchOfFiveItemsAlsoTheSecondTime() throws Exception {
        ImapParse parse = new ImapParse();
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    5,
                    assertInstanceOf(Command.Fetch.class, parse.parse()).items().size());
        }
    }

    @Test
    void aBatchOf32RecordsIsWrittenAndTakenAwayAgain(@TempDir Path folder) throws Exception {
        System.setProperty("jmh.folder", folder.toString());
        JournalAppend append = new JournalAppend();
        append.open();
        try {
            assertEquals(32, append.append().size());
        } finally {
            append.close();
        }
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void eachDomainHasItsOwnPolicy() {
        PolicyLookup lookup = new PolicyLookup();
        assertEquals("-", lookup.look());
        assertEquals("+", lookup.look());
    }
}
