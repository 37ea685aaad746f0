package org.mutatio.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.smtp.protocol.Leniency;
import org.mutatio.smtp.session.BareLineEnds;
import org.mutatio.smtp.session.ServerSettings;

/// Table `[smtp]`: every default, and what a bad value says.
final class SmtpComponentTest {

    private static ServerSettings settings(Map<String, Object> given) {
        var config = (SmtpConfig) Proxy.newProxyInstance(
                SmtpConfig.class.getClassLoader(),
                new Class<?>[] {SmtpConfig.class},
                (_, method, _) -> given.getOrDefault(method.getName(), method.getDefaultValue()));
        return SmtpComponent.settings(config, "1.2.3");
    }

    @Test
    void defaults() { // promises.md section 3
        var settings = settings(Map.of("hostName", "mx.example.com"));
        assertEquals("mx.example.com", settings.hostName());
        assertEquals(DataSize.of(50_000_000), settings.messageSize());
        assertEquals(1_000, settings.recipients());
        assertEquals(200, settings.submissionRecipients());
        assertEquals(20, settings.errors());
        assertEquals(100, settings.junk());
        assertEquals(EnumSet.allOf(Leniency.class), settings.tolerated());
        assertEquals(BareLineEnds.REFUSE, settings.bareLineEnds());
        assertEquals(Duration.ofMinutes(5), settings.pace().command());
        assertEquals(Duration.ofHours(1), settings.pace().session());
        assertEquals(Duration.ofHours(1), settings.pace().message());
        assertEquals(500, settings.pace().rate());
        assertEquals(Duration.ofSeconds(30), settings.pace().grace());
        assertEquals("1.2.3", settings.version());
        assertTrue(!settings(Map.of()).hostName().isEmpty());
    }

    @Test
    void others() {
        var settings = settings(Map.of(
                "hostName",
                "mx.example.com",
                "bareLineEnds",
                "normalise",
                "strict",
                new String[] {"space-after-colon"},
                "commandTimeout",
                "10 s"));
        assertEquals(BareLineEnds.NORMALISE, settings.bareLineEnds());
        assertEquals(EnumSet.complementOf(EnumSet.of(Leniency.SPACE_AFTER_COLON)), settings.tolerated());
        assertEquals(Duration.ofSeconds(10), settings.pace().command());
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
        hostName       | mx example   | host-name
        messageSize    | many         | size
        bareLineEnds   | keep         | bare-line-ends
        commandTimeout | soon         | duration
        dataGrace      | 0 s          | data-grace
        """)
    void badValuesNameThemselves(String key, String value, String named) {
        var bad = assertThrows(IllegalArgumentException.class, () -> settings(Map.of(key, value)));
        assertTrue(String.valueOf(bad.getMessage()).contains(named), bad.getMessage());
    }

    @Test
    void badNumbersAndWords() {
        assertThrows(IllegalArgumentException.class, () -> settings(Map.of("recipients", 99)));
        assertThrows(IllegalArgumentException.class, () -> settings(Map.of("errorLimit", 0)));
        assertThrows(IllegalArgumentException.class, () -> settings(Map.of("strict", new String[] {"nonsense"})));
        assertThrows(IllegalArgumentException.class, () -> settings(Map.of("xclient", new String[] {"localhost"})));
        assertThrows(IllegalArgumentException.class, () -> settings(Map.of("xclient", new String[] {"192.0.2.0/33"})));
    }
}
