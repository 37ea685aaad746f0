package org.mutatio.sdk.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/// What is far too long is refused before it is normalised: a million marks on one letter would take minutes.
class LongAddressTest {
    private static final String MARKS = "a" + "\u0301\u0323".repeat(500_000);

    @Test
    void marksOnOneLetterCostNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        for (String address : new String[] {MARKS + "@example.com", "\"" + MARKS + "\"@example.com", "a@" + MARKS}) {
            assertThrows(IllegalArgumentException.class, () -> MailAddress.parse(address));
        }
        assertThrows(IllegalArgumentException.class, () -> Domain.parse(MARKS));
        assertTrue(threads.getCurrentThreadCpuTime() - before < 1_000_000_000L);
    }

    @Test
    void theLongestAddressIsRead() { // RFC 5321 section 4.5.3.1.1, RFC 1035 section 2.3.4
        String domain = ("b".repeat(63) + ".").repeat(3) + "c".repeat(61);
        assertEquals(
                64 + 1 + 253,
                MailAddress.parse("a".repeat(64) + "@" + domain).toString().length());
        assertEquals(
                64,
                MailAddress.parse("\"" + "\\a".repeat(64) + "\"@example.com")
                        .localPart()
                        .length());
    }
}
