package org.mutatio.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.sdk.filter.Change;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.filter.FilterInfo;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.mail.Peer;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.Default;

class FilterTrialTest {
    private static final String MAIL = "From: bo@example.net\nSubject: =?utf-8?q?gr=C3=BCn?=\n\nhello\n";

    /// Uses a bit of everything.
    @FilterInfo(
            name = "sample",
            stage = {Stage.CONNECT, Stage.MESSAGE},
            changes = Change.HEADERS)
    static final class Sample implements Filter {
        record Settings(
                @Default("10 MB") DataSize max,
                @Default("a, b") List<String> words) {}

        @Override
        public Class<? extends Record> settings() {
            return Settings.class;
        }

        @Override
        public Decision connect(Peer peer, FilterContext context) {
            String client = peer.address().getAddress().getHostAddress();
            return client.equals("192.0.2.66") ? Decision.reject(Reply.of(550, "5.7.1", "not you")) : Decision.next();
        }

        @Override
        public Decision message(Mail mail, FilterContext context) {
            Settings settings = context.settings(Settings.class);
            context.note(settings.max() + " " + settings.words() + " " + context.domain() + " " + context.now());
            if (settings.words().contains("score")) {
                mail.edits().addScore("X", 1);
            }
            mail.edits().addHeader("X-Subject", mail.headers().first("Subject").orElse(""));
            return mail.octets().size() > settings.max().octets()
                    ? Decision.reject(Reply.of(552, "5.3.4", "too large"))
                    : Decision.next();
        }
    }

    @Test
    void settingsHaveTheirDefaults() throws Exception {
        Outcome outcome = FilterTrial.of(new Sample()).message(MAIL);
        assertTrue(outcome.passed());
        assertEquals(List.of("10 MB [a, b] example.com 2026-11-25T12:00:00Z"), outcome.notes());
        assertEquals("grün", outcome.header("X-Subject").orElseThrow());
        assertEquals("hello\r\n", outcome.body());
    }

    @Test
    void settingsComeAsTomlOrAsMap(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a.eml"), MAIL);
        Outcome toml = FilterTrial.of(new Sample())
                .settings("max = '10 B' # tiny\nwords = ['c']")
                .submittedBy("cy@shop.example.com")
                .message(file);
        assertEquals(552, toml.reply().orElseThrow().code());
        assertTrue(
                toml.notes().getFirst().startsWith("10 B [c] shop.example.com"),
                toml.notes().toString());
        Outcome map = FilterTrial.of(new Sample())
                .settings(Map.of("max", "10 B", "words", List.of()))
                .message(file);
        assertEquals("5.3.4", map.reply().orElseThrow().status().toString());
    }

    @Test
    void wrongSettingsAreRefusedAsThePolicyWouldBe() {
        FilterTrial trial = FilterTrial.of(new Sample());
        var unknown = assertThrows(IllegalArgumentException.class, () -> trial.settings("maxx = '1 MB'"));
        assertTrue(String.valueOf(unknown.getMessage()).contains("did you mean max"), unknown.getMessage());
        assertThrows(IllegalArgumentException.class, () -> trial.settings("max = 'large'"));
        assertThrows(IllegalArgumentException.class, () -> trial.settings("max = "));
        assertThrows(IllegalArgumentException.class, () -> trial.settings(Map.of("max", true)));
    }

    @Test
    void otherStagesAreAsked() throws Exception {
        assertEquals(
                550,
                FilterTrial.of(new Sample())
                        .client("192.0.2.66")
                        .connect()
                        .reply()
                        .orElseThrow()
                        .code());
        assertTrue(FilterTrial.of(new Sample()).client("2001:db8::1").connect().passed());
    }

    @Test
    void whatAServerWouldNotDoIsRefused() {
        assertThrows(
                IllegalStateException.class, () -> FilterTrial.of(new Sample()).recipient());
        assertThrows(IllegalArgumentException.class, () -> FilterTrial.of(new Filter() {}));
        assertThrows(
                RuntimeException.class,
                () -> FilterTrial.of(new Sample()).settings("words = ['score']").message(MAIL)); // not declared
    }
}
