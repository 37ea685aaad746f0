package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder `plugins` of the home: a jar moved in is deployed, replaced is updated, removed (or renamed
/// `.disabled`) is taken away. A file must not have changed for a second; one that was refused stays and is tried again
/// only when it changes. Whatever is wrong with one file, the others are looked at.
///
/// Nothing is taken away before each file that is there is known: one that is gone was perhaps only renamed, and a
/// filter that is away for a second lets through what it should stop.
///
/// Used by one thread, except for [#refused].
public final class PluginFolder {

    private static final Logger LOG = LoggerFactory.getLogger(PluginFolder.class);

    private final Path folder;
    private final Deployer deployer;
    private final Book book;
    private final InstantSource clock;
    private final Map<Path, Seen> seen = new HashMap<>();
    private final Map<Path, String> names = new HashMap<>();
    private final Map<Path, String> refused = new ConcurrentSkipListMap<>();

    /// @param since when we first saw it like that: a file's own time may lie in the future
    private record Seen(long size, long time, Instant since, boolean handled) {
        boolean like(BasicFileAttributes now) {
            return size == now.size() && time == now.lastModifiedTime().toMillis();
        }

        Seen done() {
            return new Seen(size, time, since, true);
        }
    }

    public PluginFolder(Path folder, Deployer deployer, Book book, InstantSource clock) {
        this.book = book;
        this.clock = clock;
        this.folder = folder;
        this.deployer = deployer;
    }

    /// Remembers what was deployed from here before the restart, so that only changes are acted on.
    public void begin() {
        for (Deployer.Running one : deployer.running()) {
            if (one.origin().equals("plugins")) {
                deployer.history(one.name()).stream()
                        .findFirst()
                        .ifPresent(version -> names.put(Path.of(version.source()), one.name()));
            }
        }
    }

    /// One look, about every half second.
    public void look() throws IOException {
        List<Path> jars = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                jars.addAll(all.filter(PluginFolder::meant).sorted().toList());
            }
        }
        seen.keySet().retainAll(jars);
        refused.keySet().retainAll(jars);
        for (Path jar : jars) {
            try {
                look(jar);
            } catch (IOException e) {
                // A link to nowhere, a full disk: said, and tried again.
                refuse(jar, e.toString());
                seen.remove(jar);
            } catch (RuntimeException e) { // a fault of ours, which this file brings out
                LOG.error("event=plugin-failed file={} reason=\"{}\"", jar.getFileName(), e.toString(), e);
                refuse(jar, e.toString());
                seen.computeIfPresent(jar, (_, known) -> known.done());
            }
        }
        if (jars.stream().allMatch(this::handled)) {
            for (Path gone : List.copyOf(names.keySet())) {
                if (!jars.contains(gone)) {
                    take(gone);
                }
            }
        }
    }

    /// Programs that copy write to a hidden file beside.
    private static boolean meant(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".jar") && !name.startsWith(".");
    }

    private boolean handled(Path jar) {
        Seen known = seen.get(jar);
        return known == null ? refused.containsKey(jar) : known.handled();
    }

    private void look(Path jar) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(jar, BasicFileAttributes.class);
        Seen before = seen.get(jar);
        if (before == null || !before.like(attributes)) {
            seen.put(
                    jar,
                    new Seen(attributes.size(), attributes.lastModifiedTime().toMillis(), clock.instant(), false));
            return;
        }
        if (before.handled() || clock.instant().isBefore(before.since().plusSeconds(1))) {
            return;
        }
        deploy(jar);
        // An unreadable folder or a full disk may be well in a moment: then it was not handled.
        seen.put(jar, before.done());
    }

    private void deploy(Path jar) throws IOException {
        try {
            JarFacts facts = JarFacts.read(jar);
            String name = facts.symbolicName();
            Optional<Deployer.Running> known = deployer.find(name);
            names.put(jar, name);
            boolean same = known.isPresent() && known.get().facts().hash().equals(facts.hash());
            if (same && known.get().problem().isEmpty()) {
                book.remember(jar, facts.hash());
                if (known.get().origin().equals("plugins") && !Files.exists(source(name))) {
                    book.moved(name, jar.toString());
                }
                refused.remove(jar);
                return; // from before the restart, or renamed
            }
            if (!same && known.isPresent() && book.deployed(jar, facts.hash())) {
                refused.remove(jar);
                return; // it was rolled back since, and the file has not changed
            }
            String done = deployer.deploy(jar, "plugins", jar.toString(), _ -> {});
            book.remember(jar, facts.hash());
            refused.remove(jar);
            LOG.info("event=plugin file={} result=\"{}\"", jar.getFileName(), done);
        } catch (RefusedException e) {
            refuse(jar, String.valueOf(e.getMessage()));
        }
    }

    private void refuse(Path jar, String reason) {
        if (!reason.equals(refused.put(jar, reason))) {
            LOG.error(
                    "event=plugin-refused file={} reason=\"{}\" cure=\"replace the file\"", jar.getFileName(), reason);
        }
    }

    /// Where the version that runs was deployed from.
    private Path source(String name) {
        return deployer.history(name).stream()
                .findFirst()
                .map(version -> Path.of(version.source()))
                .orElse(folder);
    }

    private void take(Path gone) throws IOException {
        String name = names.remove(gone);
        book.remember(gone, null);
        if (name == null) {
            return;
        }
        if (names.containsValue(name)) {
            if (source(name).equals(gone)) {
                again(name);
            }
            return;
        }
        try {
            if (deployer.find(name)
                    .filter(one -> one.origin().equals("plugins"))
                    .isPresent()) {
                LOG.info("event=plugin-removed file={} result=\"{}\"", gone.getFileName(), deployer.undeploy(name));
            }
        } catch (RefusedException e) {
            LOG.error("event=plugin-not-removed file={} reason=\"{}\"", gone.getFileName(), e.getMessage());
        }
    }

    /// Another file has the same bundle, and what runs is of the one that is gone: the other's turn.
    private void again(String name) throws IOException {
        for (var other : names.entrySet()) {
            if (other.getValue().equals(name)) {
                book.remember(other.getKey(), null);
                seen.remove(other.getKey());
            }
        }
    }

    /// Files that were refused, with the reason.
    public List<String> refused() {
        List<String> lines = new ArrayList<>();
        refused.forEach((file, reason) -> lines.add(file.getFileName() + ": " + reason));
        return lines;
    }
}
