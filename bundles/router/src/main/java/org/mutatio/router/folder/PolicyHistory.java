package org.mutatio.router.folder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The last good sets on disk, so that a restart with a broken file comes up with the last good one.
///
/// `data/policy/sets/<version>.txt` lists a set: a head line, then `<sha256>  <file name>` a line; the octets lie once
/// in `data/policy/files/<sha256>`. The list is written last, so what it names is there; a list or file that does not
/// fit its hash is passed over. [#KEPT] sets are kept. Used by one thread at a time.
public final class PolicyHistory {

    static final int KEPT = 20;

    /// @param files octets by name
    public record Stored(long version, Map<String, byte[]> files) {}

    private final Path sets;
    private final Path files;

    /// @param folder `data/policy`
    public PolicyHistory(Path folder) {
        this.sets = folder.resolve("sets");
        this.files = folder.resolve("files");
    }

    /// The newest one that is whole.
    public Optional<Stored> last() throws IOException {
        List<Long> versions = versions();
        for (int i = versions.size() - 1; i >= 0; i--) {
            Optional<Stored> stored = read(versions.get(i));
            if (stored.isPresent()) {
                return stored;
            }
        }
        return Optional.empty();
    }

    /// The highest version ever listed, 0 when there is none.
    public long lastVersion() throws IOException {
        List<Long> versions = versions();
        return versions.isEmpty() ? 0 : versions.getLast();
    }

    private List<Long> versions() throws IOException {
        List<Long> versions = new ArrayList<>();
        if (!Files.isDirectory(sets)) {
            return versions;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(sets, "*.txt")) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                String number = name.substring(0, name.length() - ".txt".length());
                if (!number.isEmpty() && number.length() < 18 && number.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    versions.add(Long.parseLong(number));
                }
            }
        }
        versions.sort(null);
        return versions;
    }

    private Optional<Stored> read(long version) throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        try {
            for (Map.Entry<String, String> entry : list(version).entrySet()) {
                byte[] octets = Files.readAllBytes(files.resolve(entry.getValue()));
                if (!sha256(octets).equals(entry.getValue())) {
                    return Optional.empty();
                }
                found.put(entry.getKey(), octets);
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        return Optional.of(new Stored(version, found));
    }

    /// Hash by file name.
    private Map<String, String> list(long version) throws IOException {
        Map<String, String> list = new TreeMap<>();
        for (String line : Files.readString(file(version)).lines().toList()) {
            int gap = line.indexOf("  ");
            if (gap == 64 && !line.startsWith("#")) {
                list.put(line.substring(gap + 2), line.substring(0, gap));
            }
        }
        return list;
    }

    private Path file(long version) {
        return sets.resolve(String.format(java.util.Locale.ROOT, "%08d.txt", version));
    }

    /// Keeps a set; older ones beyond [#KEPT] go.
    public void keep(long version, Map<String, byte[]> set, Instant now) throws IOException {
        Files.createDirectories(sets);
        Files.createDirectories(files);
        StringBuilder list = new StringBuilder("# policy set " + version + ", " + now + "\n");
        for (Map.Entry<String, byte[]> entry : new TreeMap<>(set).entrySet()) {
            String sha256 = sha256(entry.getValue());
            Path file = files.resolve(sha256);
            if (!Files.exists(file) || Files.size(file) != entry.getValue().length) {
                PolicyFolder.replace(file, entry.getValue());
            }
            list.append(sha256).append("  ").append(entry.getKey()).append('\n');
        }
        PolicyFolder.replace(file(version), list.toString().getBytes(StandardCharsets.UTF_8));
        clean();
    }

    private void clean() throws IOException {
        List<Long> versions = versions();
        for (int i = 0; i < versions.size() - KEPT; i++) {
            Files.deleteIfExists(file(versions.get(i)));
        }
        Set<String> used = new HashSet<>();
        for (long version : versions()) {
            used.addAll(list(version).values());
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(files)) {
            for (Path entry : entries) {
                if (!used.contains(String.valueOf(entry.getFileName()))) {
                    Files.deleteIfExists(entry);
                }
            }
        }
    }

    private static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
