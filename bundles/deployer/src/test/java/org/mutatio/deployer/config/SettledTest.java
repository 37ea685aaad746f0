package org.mutatio.deployer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SettledTest {
    private final Settled settled = new Settled();

    private String look(String text) {
        return settled.look(text.getBytes(StandardCharsets.UTF_8))
                .map(octets -> new String(octets, StandardCharsets.UTF_8))
                .orElse("-");
    }

    @Test
    void aFileThatIsBeingWrittenIsReadWhenItStandsStill() {
        settled.begin("[a]\n[b]\n".getBytes(StandardCharsets.UTF_8));
        assertEquals("-", look("[a]\n[b]\n"));
        assertEquals("-", look(""));
        assertEquals("-", look("[a]\n"));
        assertEquals("-", look("[a]\n[c]\n"));
        assertEquals("[a]\n[c]\n", look("[a]\n[c]\n"));
        assertEquals("-", look("[a]\n[c]\n"));
    }

    @Test
    void oneThatWasAwayIsNewWhateverItIs() {
        settled.begin("[a]\n".getBytes(StandardCharsets.UTF_8));
        settled.gone();
        assertEquals("-", look("[a]\n"));
        assertEquals("[a]\n", look("[a]\n"));
    }
}
