package org.mutatio.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogsTest {

    private static String line(String message) {
        LoggerContext context = new LoggerContext();
        Logger logger = context.getLogger("org.mutatio.smtp.SmtpSession");
        LoggingEvent event = new LoggingEvent("", logger, Level.INFO, message, null, null);
        event.setInstant(Instant.parse("2026-11-30T12:00:00Z"));
        return new String(Logs.encoder(context).encode(event), StandardCharsets.UTF_8);
    }

    @Test
    void oneEventIsOneLine() {
        assertEquals(
                "ts=2026-11-30T12:00:00.000Z level=INFO logger=SmtpSession event=mail.kept id=1\n",
                line("event=mail.kept id=1"));
    }

    /// What a client sent may be in a message: it forges no line and moves no cursor.
    @ParameterizedTest
    @CsvSource({
        "'from=<a\r\nts=2026 level=ERROR>', 'from=<a\\nts=2026 level=ERROR>'",
        "'helo=\u001b[2J\u001b]0;x\u0007', helo=?[2J?]0;x?",
        "'csi=\u009b31m del=\u007f nul=\u0000', csi=?31m del=? nul=?",
        "'name=invoice\u202egpj.exe', name=invoice?gpj.exe",
        "'name=Bj\u00f6rn \u05d0\u05d1', 'name=Bj\u00f6rn \u05d0\u05d1'",
        "'tab=\tb', 'tab=\tb'",
    })
    void nothingInItActs(String message, String shown) {
        String line = line(message);
        assertTrue(line.endsWith(" logger=SmtpSession " + shown + "\n"), line);
        assertEquals(1, line.lines().count());
    }
}
