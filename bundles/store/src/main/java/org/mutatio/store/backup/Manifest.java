package org.mutatio.store.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `manifest`: what a copy holds, written last. Its lines are those of `sha256sum`, so that `sha256sum -c manifest`
/// checks a copy without us; the facts stand in comments.
///
/// @param sequence last record of the journal that it holds
/// @param made ISO 8601
/// @param life of the store it is a copy of
/// @param files SHA-256 in hex by path inside the copy, with `/`
record Manifest(long sequence, String made, String life, Map<String, String> files) {

    static final String NAME = "manifest";
    private static final String HEAD = "# mutatio store copy, format 1";
    private static final String SEQUENCE = "# sequence ";
    private static final String MADE = "# made ";
    private static final String LIFE = "# life ";

    static boolean exists(Path folder) {
        return Files.exists(folder.resolve(NAME));
    }

    /// @throws IOException none is there, or none of ours: says which
    static Manifest read(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            throw new IOException(
                    folder + " is no copy of a store: it has no file `manifest` (a copy that was not finished"
                            + " has none either)");
        }
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        if (lines.isEmpty() || !lines.getFirst().equals(HEAD)) {
            throw new IOException(file + " does not begin with `" + HEAD + "`: another format, or not ours");
        }
        long sequence = -1;
        String made = "";
        String life = "";
        Map<String, String> files = new TreeMap<>();
        for (String line : lines) {
            if (line.startsWith(SEQUENCE)) {
                sequence = Long.parseLong(line.substring(SEQUENCE.length()));
            } else if (line.startsWith(MADE)) {
                made = line.substring(MADE.length());
            } else if (line.startsWith(LIFE)) {
                life = line.substring(LIFE.length());
            } else if (!line.startsWith("#") && line.length() > 66) {
                files.put(line.substring(66), line.substring(0, 64));
            }
        }
        if (sequence < 0) {
            throw new IOException(file + " names no sequence");
        }
        return new Manifest(sequence, made, life, files);
    }

    /// Whole or not at all.
    void write(Path folder) throws IOException {
        List<String> lines = new ArrayList<>(List.of(HEAD, SEQUENCE + sequence, MADE + made, LIFE + life));
        files.forEach((path, sha256) -> lines.add(sha256 + "  " + path));
        Path fresh = folder.resolve("." + NAME + ".new");
        Files.write(fresh, lines, StandardCharsets.UTF_8);
        Folders.force(fresh);
        Folders.replace(fresh, folder.resolve(NAME));
    }
}
