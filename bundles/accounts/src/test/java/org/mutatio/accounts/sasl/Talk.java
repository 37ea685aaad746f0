package org.mutatio.accounts.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;

/// Transcripts: `C:` what the client says (`<NUL>` for that octet), `S:` what it must hear, with `*` for
/// any rest: a challenge as text, `ok ADDRESS` with the last octets behind it, or the reply of a failure.
final class Talk {

    private Talk() {}

    static void talk(SaslExchange exchange, String transcript) {
        Optional<SaslStep> heard = Optional.empty();
        for (String line : transcript.strip().lines().toList()) {
            String text = line.length() > 3 ? line.substring(3) : "";
            if (line.startsWith("C:")) {
                heard = Optional.of(exchange.respond(octets(text.replace("<NUL>", "\0"))));
            } else {
                String said = text(heard.orElseThrow());
                if (text.endsWith("*")) {
                    assertTrue(said.startsWith(text.substring(0, text.length() - 1)), text + " but heard " + said);
                } else {
                    assertEquals(text, said);
                }
            }
        }
    }

    static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8)).asReadOnlyBuffer();
    }

    static String text(SaslStep step) {
        return switch (step) {
            case SaslStep.Challenge(var octets) ->
                UTF_8.decode(octets.duplicate()).toString();
            case SaslStep.Success(var account, var last) ->
                ("ok " + account.address() + " " + UTF_8.decode(last.duplicate())).strip();
            case SaslStep.Failure(var reply, var _) -> reply.code() + " " + reply.status() + " " + reply.text();
        };
    }
}
