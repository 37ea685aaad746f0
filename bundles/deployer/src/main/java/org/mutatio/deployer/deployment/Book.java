package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.admin.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `data/deployments.json`: which versions were deployed over the distribution's, the last three of each, newest
/// first. Written to a file beside it, forced and renamed: after a kill either the old or the new one is there.
public final class Book {

    private static final Logger LOG = LoggerFactory.getLogger(Book.class);
    private static final int KEPT = 3;

    private final Path file;
    private final String distribution;
    private final Map<String, List<Version>> versions = new LinkedHashMap<>();
    /// Path of a plugin's file to its hash when it was deployed: after a rollback the file is not taken for a new one.
    private final Map<String, String> files = new LinkedHashMap<>();
    /// Jars that the file named when it was read.
    private final Set<String> recorded = new HashSet<>();
    private boolean otherDistribution;
    private boolean lost;

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

    /// Reads it. A file that cannot be read is set aside: the distribution's set runs.
    public static Book open(Path file, String distribution) throws IOException {
        Book book = new Book(file, distribution);
        if (Files.exists(file)) {
            try {
                book.read(Json.read(Files.readString(file, StandardCharsets.UTF_8)));
            } catch (IllegalArgumentException | DateTimeException | CharacterCodingException e) {
                LOG.error(
                        "event=deployments-unreadable file={} reason=\"{}\" cure=\"the distribution's set runs\"",
                        file,
                        e.getMessage());
                book.versions.clear();
                book.files.clear();
                book.lost = true;
                Files.move(file, file.resolveSibling("deployments.json.broken"), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return book;
    }

    private void read(Json json) {
        if (!(json instanceof Json.Obj root)) {
            throw new IllegalArgumentException("no object");
        }
        otherDistribution = !text(root, "distribution").equals(distribution);
        if (root.fields().get("files") instanceof Json.Obj known) {
            known.fields().keySet().forEach(file -> files.put(file, text(known, file)));
        }
        if (root.fields().get("bundles") instanceof Json.Obj bundles) {
            bundles.fields().forEach((name, list) -> {
                List<Version> all = list.items().stream().map(Book::version).toList();
                all.forEach(version -> recorded.add(version.jar()));
                if (!all.isEmpty()) {
                    versions.put(name, all);
                }
            });
        }
    }

    private static Version version(Json json) {
        if (!(json instanceof Json.Obj one)) {
            throw new IllegalArgumentException("a version that is no object");
        }
        String jar = text(one, "jar");
        if (jar.isEmpty() || !Path.of(jar).equals(Path.of(jar).getFileName()) || jar.startsWith(".")) {
            throw new IllegalArgumentException("\"" + jar + "\" names no jar of data/bundles");
        }
        return new Version(
                text(one, "version"),
                text(one, "hash"),
                jar,
                text(one, "origin"),
                text(one, "source"),
                Instant.parse(text(one, "since")));
    }

    /// After an upgrade: what was deployed over bundles of the former distribution is dropped, since the new one brings
    /// newer ones.
    ///
    /// @param shipped symbolic names of the distribution's bundles
    synchronized void upgrade(Set<String> shipped) {
        if (!otherDistribution) {
            return;
        }
        for (String name : List.copyOf(versions.keySet())) {
            if (shipped.contains(name) || JarFacts.ours(name)) {
                versions.remove(name);
                LOG.warn(
                        "event=deployment-dropped bundle={} reason=\"it was deployed over another distribution\"",
                        name);
            }
        }
    }

    /// Whether a jar in `data/bundles` is nobody's: left by a kill between two steps. What the file named when it was
    /// read is spared: the former distribution may be started again.
    synchronized boolean orphan(String jar) {
        return !lost
                && !recorded.contains(jar)
                && versions.values().stream()
                        .flatMap(List::stream)
                        .noneMatch(version -> version.jar().equals(jar));
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
        change(name, all);
        return gone;
    }

    /// Takes the current version out of the history, so that the one before is the current.
    public synchronized void dropCurrent(String name) throws IOException {
        List<Version> all = versions.getOrDefault(name, List.of());
        change(name, all.isEmpty() ? all : all.subList(1, all.size()));
    }

    public synchronized void remove(String name) throws IOException {
        change(name, List.of());
    }

    /// The same file lies elsewhere now.
    synchronized void moved(String name, String source) throws IOException {
        List<Version> all = new ArrayList<>(versions.getOrDefault(name, List.of()));
        if (!all.isEmpty() && !all.getFirst().source().equals(source)) {
            Version old = all.removeFirst();
            all.addFirst(new Version(old.version(), old.hash(), old.jar(), old.origin(), source, old.since()));
            change(name, all);
        }
    }

    /// In memory as on disk: a write that fails changes neither.
    private void change(String name, List<Version> all) throws IOException {
        Map<String, List<Version>> next = new LinkedHashMap<>(versions);
        if (all.isEmpty()) {
            next.remove(name);
        } else {
            next.put(name, List.copyOf(all));
        }
        write(next, files);
        versions.clear();
        versions.putAll(next);
    }

    /// Whether a plugin's file was deployed with that content.
    synchronized boolean deployed(Path file, String hash) {
        return hash.equals(files.get(file.toString()));
    }

    /// Remembers a plugin's file that was deployed, or forgets one that is gone.
    ///
    /// @param hash null: it is gone
    synchronized void remember(Path file, @Nullable String hash) throws IOException {
        Map<String, String> next = new LinkedHashMap<>(files);
        String known = hash == null ? next.remove(file.toString()) : next.put(file.toString(), hash);
        if (!Objects.equals(known, hash)) {
            write(versions, next);
            files.clear();
            files.putAll(next);
        }
    }

    private void write(Map<String, List<Version>> versions, Map<String, String> files) throws IOException {
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
        WholeFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
