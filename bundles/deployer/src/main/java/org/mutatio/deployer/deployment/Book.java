package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.admin.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `data/deployments.json`: which versions were deployed over the distribution's, the last three of each,
/// newest first.
/// Written to a file beside it, forced and renamed: after a kill either the old or the new one is there.
public final class Book {

    private static final Logger LOG = LoggerFactory.getLogger(Book.class);
    private static final int KEPT = 3;

    private final Path file;
    private final String distribution;
    private final Map<String, List<Version>> versions = new LinkedHashMap<>();
    /// Path of a plugin's file to its hash when it was deployed: after a rollback the file is not taken for a new one.
    private final Map<String, String> files = new LinkedHashMap<>();

    /// @param jar file name in `data/bundles`
    /// @param origin `command` or `plugins`
    /// @param source path it came from
    public record Version(String version, String hash, String jar, String origin, String source, Instant since) {
        String described() {
            return version + " (" + hash + ")";
        }
    }

    private Book(Path file, String distribution) {
        this.file = file;
        this.distribution = distribution;
    }

    /// Reads it. What was deployed over another version of the distribution's own bundles is dropped: an
    /// upgrade brings newer
    /// ones. A file that cannot be read is set aside: the distribution's set runs.
    public static Book open(Path file, String distribution) throws IOException {
        Book book = new Book(file, distribution);
        if (Files.exists(file)) {
            try {
                book.read(Json.read(Files.readString(file, StandardCharsets.UTF_8)));
            } catch (IllegalArgumentException e) {
                LOG.error(
                        "event=deployments-unreadable file={} reason=\"{}\" cure=\"the distribution's set runs\"",
                        file,
                        e.getMessage());
                Files.move(file, file.resolveSibling("deployments.json.broken"), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return book;
    }

    private void read(Json json) {
        if (!(json instanceof Json.Obj root)) {
            throw new IllegalArgumentException("no object");
        }
        boolean same = text(root, "distribution").equals(distribution);
        if (root.fields().get("files") instanceof Json.Obj known) {
            known.fields().keySet().forEach(file -> files.put(file, text(known, file)));
        }
        if (root.fields().get("bundles") instanceof Json.Obj bundles) {
            bundles.fields().forEach((name, list) -> {
                if (list instanceof Json.Arr items && (same || !name.startsWith("org.mutatio."))) {
                    List<Version> all = new ArrayList<>();
                    for (Json item : items.items()) {
                        if (item instanceof Json.Obj one) {
                            all.add(new Version(
                                    text(one, "version"),
                                    text(one, "hash"),
                                    text(one, "jar"),
                                    text(one, "origin"),
                                    text(one, "source"),
                                    Instant.parse(text(one, "since"))));
                        }
                    }
                    if (!all.isEmpty()) {
                        versions.put(name, all);
                    }
                } else {
                    LOG.warn(
                            "event=deployment-dropped bundle={} reason=\"it was deployed over another distribution\"",
                            name);
                }
            });
        }
    }

    private static String text(Json.Obj object, String name) {
        return object.fields().get(name) instanceof Json.Str(var value) ? value : "";
    }

    /// By symbolic name, the version that shall run.
    public synchronized Map<String, Version> current() {
        Map<String, Version> current = new LinkedHashMap<>();
        versions.forEach((name, all) -> current.put(name, all.getFirst()));
        return current;
    }

    public synchronized List<Version> history(String name) {
        return List.copyOf(versions.getOrDefault(name, List.of()));
    }

    /// The one before the current.
    public synchronized Optional<Version> previous(String name) {
        List<Version> all = versions.getOrDefault(name, List.of());
        return all.size() < 2 ? Optional.empty() : Optional.of(all.get(1));
    }

    /// Makes a version the current one, durably.
    ///
    /// @return jars that nobody needs any more
    public synchronized List<String> put(String name, Version version) throws IOException {
        List<Version> all = new ArrayList<>(versions.getOrDefault(name, List.of()));
        all.removeIf(other -> other.jar().equals(version.jar()));
        all.addFirst(version);
        List<String> gone = new ArrayList<>();
        while (all.size() > KEPT) {
            gone.add(all.removeLast().jar());
        }
        versions.put(name, all);
        write();
        return gone;
    }

    /// Takes the current version out of the history, so that the one before is the current.
    public synchronized void dropCurrent(String name) throws IOException {
        List<Version> all = new ArrayList<>(versions.getOrDefault(name, List.of()));
        if (!all.isEmpty()) {
            all.removeFirst();
        }
        if (all.isEmpty()) {
            versions.remove(name);
        } else {
            versions.put(name, all);
        }
        write();
    }

    public synchronized void remove(String name) throws IOException {
        versions.remove(name);
        write();
    }

    /// Whether a plugin's file was deployed with that content.
    synchronized boolean deployed(Path file, String hash) {
        return hash.equals(files.get(file.toString()));
    }

    /// Remembers a plugin's file that was deployed, or forgets one that is gone.
    ///
    /// @param hash null: it is gone
    synchronized void remember(Path file, @Nullable String hash) throws IOException {
        String known = hash == null ? files.remove(file.toString()) : files.put(file.toString(), hash);
        if (!Objects.equals(known, hash)) {
            write();
        }
    }

    private void write() throws IOException {
        Json.Obj bundles = Json.object();
        for (var entry : versions.entrySet()) {
            List<Json> list = new ArrayList<>();
            for (Version version : entry.getValue()) {
                list.add(Json.object()
                        .with("version", version.version())
                        .with("hash", version.hash())
                        .with("jar", version.jar())
                        .with("origin", version.origin())
                        .with("source", version.source())
                        .with("since", version.since().toString()));
            }
            bundles = bundles.with(entry.getKey(), Json.array(list));
        }
        Json.Obj known = Json.object();
        for (var entry : files.entrySet()) {
            known = known.with(entry.getKey(), entry.getValue());
        }
        String text = Json.object()
                        .with("distribution", distribution)
                        .with("bundles", bundles)
                        .with("files", known)
                        .write()
                + "\n";
        Path fresh = file.resolveSibling("deployments.json.new");
        Files.writeString(fresh, text, StandardCharsets.UTF_8);
        force(fresh);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Path folder = file.getParent();
        if (folder != null) {
            force(folder);
        }
    }

    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
