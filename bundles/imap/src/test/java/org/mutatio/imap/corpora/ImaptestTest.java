package org.mutatio.imap.corpora;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.imap.talk.Client;
import org.mutatio.imap.talk.House;

/// The scripted tests of imaptest, over the real store.
class ImaptestTest {

    @Test
    void scripts(@TempDir Path data) throws Exception {
        Path folder = Corpora.find("imap/imaptest");
        Corpora.Count count = new Corpora.Count("imap/imaptest");
        List<Path> scripts;
        try (Stream<Path> files = Files.list(folder)) {
            scripts = files.filter(file -> !file.toString().endsWith(".mbox"))
                    .sorted()
                    .toList();
        }
        try (RealStore store = new RealStore(data)) {
            for (Path script : scripts) {
                String name = script.getFileName().toString();
                String text = Files.readString(script, StandardCharsets.ISO_8859_1);
                Path mbox = folder.resolve(name + ".mbox");
                ImaptestScript play =
                        new ImaptestScript(text, messages(Files.exists(mbox) ? mbox : folder.resolve("default.mbox")));
                try (House house = store.house(name)) {
                    Set<String> missing = new TreeSet<>(play.capabilities());
                    missing.removeAll(capabilities(house));
                    if (!missing.isEmpty()) {
                        count.skipped("not offered: " + String.join(" ", missing));
                    } else if (NOT_OURS.contains(name)) {
                        count.skipped("expects \\Recent, which is gone with RFC 9051, or NUL in binary parts");
                    } else {
                        play.play(house);
                        count.passed();
                    }
                } catch (AssertionError e) {
                    count.failed(name + ": " + e.getMessage());
                }
            }
        }
        count.report();
    }

    private static final Set<String> NOT_OURS = Set.of("copy", "append-binary");

    private static Set<String> capabilities(House house) {
        Client client = house.loggedIn();
        return new TreeSet<>(List.of(client.ok("CAPABILITY")
                .getFirst()
                .toUpperCase(java.util.Locale.ROOT)
                .split(" ")));
    }

    private static List<byte[]> messages(Path mbox) throws IOException {
        List<byte[]> messages = new ArrayList<>();
        String text = "\n" + Files.readString(mbox, StandardCharsets.ISO_8859_1);
        for (String piece : text.split("\nFrom ", -1)) {
            int line = piece.indexOf('\n');
            if (line >= 0 && !piece.substring(0, line).isBlank()) {
                String message = piece.substring(line + 1);
                messages.add(Corpora.withCrlf(message.getBytes(StandardCharsets.ISO_8859_1)));
            }
        }
        return messages;
    }
}
