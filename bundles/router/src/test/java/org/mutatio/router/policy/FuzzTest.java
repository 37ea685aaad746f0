package org.mutatio.router.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.mutatio.fuzz.ForAWhile;
import org.mutatio.fuzz.Spoiled;
import org.mutatio.router.Sets;
import org.mutatio.sdk.mail.Domain;

/// Policies of all kinds: a set is applied whole, or refused with file, line and column; promises.md section 8 row 15.
final class FuzzTest {
    private static final String PARENT = """
            locked = ["authentication.dmarc"]
            [limits]
            message-size = "20 MB"
            [recipients]
            unknown = "reject"
            """;

    private static final List<String> FILES = List.of("""
            locked = ["tls"]
            [authentication]
            dmarc = "enforce"
            [limits]
            message-size = "20 MB"
            recipients = 100
            [dkim]
            selectors = { add = ["c"], remove = ["a"] }
            [[route]]
            match = { to = "parent@*", size-over = "1 MB" }
            relay = "mx.example.org:25"
            """, """
            [recipients]
            unknown = "all@example.com"
            separator = "+-"
            [recipients.aliases]
            sales = ["ann", "bo@shop.example.test"]
            "a b" = ["ann"]
            [domain]
            names = ["example.net", "b\u00c3\u00bccher.example"]
            [filters.x]
            anything = [1, "a", { b = true }]
            """);

    private static final List<String> WORDS = List.of(
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            "=",
            "\"",
            "\n",
            ",",
            ".",
            "*",
            "@",
            "-1",
            "0",
            "99999999999999999999",
            "true",
            "\"50 MB\"",
            "\"\"",
            "locked = [\"\"]\n",
            "[limits]\n",
            "[[route]]\n",
            "match = {}\n",
            "\"file:there\"",
            "\u00ff",
            "\0",
            "\u00c3\u00a9",
            "relay",
            "reject");

    @Provide
    Arbitrary<byte[]> files() {
        return Spoiled.of(FILES, WORDS);
    }

    @Property(tries = ForAWhile.MANY)
    @AddLifecycleHook(ForAWhile.class)
    void policiesOfAllKinds(@ForAll("files") byte[] octets) {
        PolicyLoader.Loaded loaded = Sets.loader()
                .load(
                        Map.of(
                                "_default.toml",
                                PARENT.getBytes(StandardCharsets.UTF_8),
                                "example.com.toml",
                                octets,
                                "shop.example.com.toml",
                                new byte[0]),
                        1,
                        Optional.empty());
        assertEquals(loaded.problems().isEmpty(), loaded.set().isPresent(), loaded::toString);
        for (Object problem : loaded.problems()) {
            assertTrue(problem.toString().startsWith("config/domains/"), problem::toString);
            String[] place = problem.toString().split(":", 4);
            assertTrue(
                    place.length == 4 && Integer.parseInt(place[1]) > 0 && Integer.parseInt(place[2]) > 0,
                    problem::toString);
        }
        loaded.set().ifPresent(set -> {
            for (String domain : List.of("example.com", "shop.example.com")) {
                var policy = set.of(Domain.parse(domain)).orElseThrow();
                policy.entries().forEach(entry -> assertTrue(!entry.path().isEmpty()));
                assertTrue(policy.size("limits.message-size").octets() >= 0);
            }
        });
    }
}
