package org.mutatio.pipeline.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.store.Spool;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.sdk.mail.MailAddress;

class CostTest {

    /// Far above the aim (30 µs), so that it stays quiet on a busy machine and speaks up when something is squared.
    private static final double MOST_MICROS = 300;

    private static final int ROUNDS = 20_000;

    @Test
    void withoutFiltersItCostsAlmostNothing() throws Exception {
        try (Bench bench = new Bench()) {
            byte[] message = (Bench.MESSAGE
                            + "seventy characters of text, as they stand in many mails, in each line\r\n".repeat(140))
                    .getBytes(StandardCharsets.UTF_8);
            ByteBuffer summary = ByteBuffer.wrap(StructureScanner.scan(message).toBytes());
            var threads = ManagementFactory.getThreadMXBean();
            double best = Double.MAX_VALUE;
            try (Spool spool = bench.store.spool()) {
                spool.write(ByteBuffer.wrap(message));
                for (int round = 0; round < 5; round++) {
                    bench.store.frugal = true;
                    long began = threads.getCurrentThreadCpuTime();
                    for (int i = 0; i < ROUNDS; i++) {
                        try (Transaction transaction = bench.begin("bo@example.net")) {
                            transaction.mail();
                            transaction.recipient(MailAddress.parse("ann@example.com"), Map.of());
                            assertEquals(
                                    250,
                                    transaction.message(spool, summary).reply().code());
                        }
                    }
                    best = Math.min(best, (threads.getCurrentThreadCpuTime() - began) / 1e3 / ROUNDS);
                }
            }
            String words = "a 10 KB message takes " + Math.round(best * 10) / 10.0 + " microseconds of CPU";
            org.slf4j.LoggerFactory.getLogger(CostTest.class).info(words);
            Files.writeString(Path.of("target", "cost.txt"), words + "\n");
            assertTrue(best < MOST_MICROS, words);
        }
    }
}
