package org.mutatio.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps what was measured, a line of JSON each; docs/promises.md is made of `docs/figures.jsonl`.
public final class Figures {

    private static final Set<String> OF_THE_MACHINE = Set.of("--record", "--pid", "--password", "--user", "--to");

    private Figures() {}

    /// @param file to append to; null: nothing is kept
    /// @param result a JSON object with a `kind`
    /// @param arguments of the measuring program; what belongs to this one machine is left out
    static void record(@Nullable String file, String result, String... arguments) throws IOException {
        if (file == null) {
            return;
        }
        List<String> command = new ArrayList<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            if (!OF_THE_MACHINE.contains(arguments[i])) {
                command.add(arguments[i]);
                command.add(arguments[i + 1]);
            }
        }
        String line = "{\"date\":\"" + LocalDate.now(ZoneOffset.UTC) + "\",\"arguments\":\"" + String.join(" ", command)
                + "\",\"result\":" + result + "}\n";
        Path path = Path.of(file);
        Files.writeString(path, line, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
