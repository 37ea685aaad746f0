package org.mutatio.examples.attachmentlimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingsBinder;
import org.mutatio.testkit.FilterTrial;
import org.mutatio.testkit.Outcome;

class AttachmentLimitTest {

    /// A text and one attachment of so many octets, in base64.
    private static String mail(int octets) {
        return """
                From: bo@example.net
                Content-Type: multipart/mixed; boundary=b

                --b

                see there
                --b
                Content-Type: application/octet-stream; name=a.bin
                Content-Transfer-Encoding: base64

                %s
                --b--
                """.formatted(Base64.getMimeEncoder().encodeToString(new byte[octets]));
    }

    @Test
    void theRealSizeCounts() throws Exception {
        FilterTrial trial = FilterTrial.of(new AttachmentLimit()).settings("max = '1 kB'");
        assertTrue(trial.message(mail(1_000)).passed());
        Outcome outcome = trial.message(mail(1_001));
        assertEquals(
                "552 5.3.4 attachments exceed 1 kB",
                outcome.reply().orElseThrow().toString());
        assertEquals("1001 B of attachments, max = 1 kB", outcome.decision().reason());
    }

    @Test
    void theNumberCounts() throws Exception {
        Outcome outcome =
                FilterTrial.of(new AttachmentLimit()).settings("count = 0").message(mail(1));
        assertEquals(
                "552 5.3.4 more than 0 attachments",
                outcome.reply().orElseThrow().toString());
    }

    @Test
    void textIsNoAttachment() throws Exception {
        assertTrue(FilterTrial.of(new AttachmentLimit())
                .settings("max = '0 B'")
                .message("Subject: x\n\n" + "text\n".repeat(1_000))
                .passed());
    }

    @Test
    void defaultsAre20MbAnd100() throws Exception {
        AttachmentLimit.Settings settings = SettingsBinder.bind(AttachmentLimit.Settings.class, SettingTable.EMPTY);
        assertEquals(new AttachmentLimit.Settings(DataSize.of(20_000_000), 100), settings);
        assertTrue(FilterTrial.of(new AttachmentLimit()).message(mail(100_000)).passed());
    }

    @Test
    void wrongSettingsAreRefusedWithThePolicy() {
        FilterTrial trial = FilterTrial.of(new AttachmentLimit());
        assertThrows(IllegalArgumentException.class, () -> trial.settings("max = 'big'"));
        assertThrows(IllegalArgumentException.class, () -> trial.settings("count = -1"));
        assertThrows(IllegalArgumentException.class, () -> trial.settings("maximum = '1 MB'"));
    }
}
