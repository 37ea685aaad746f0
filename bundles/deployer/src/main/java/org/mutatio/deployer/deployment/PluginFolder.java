package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder `plugins` of the home: a jar moved in is deployed, replaced is updated, removed (or renamed
/// `.disabled`) is
/// taken away. A file must not have changed for a second; one that was refused stays and is tried again
/// only when it changes.
///
/// Used by one thread.
public final class PluginFolder {

    private static final Logger LOG = LoggerFactory.getLogger(PluginFolder.class);

    private final Path folder;
    private final Deployer deployer;
    private final Book book;
    private final InstantSource clock;
    /// Size and time of each file as last seen, and how many rounds it has been so.
    private final Map<Path, Seen> seen = new HashMap<>();
    private final Map<Path, String> names = new HashMap<>();
    private final Map<Path, String> refused = new HashMap<>();

    private record Seen(long size, long time, boolean handled) {}

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
                jars.addAll(all.filter(file -> file.toString().endsWith(".jar"))
                        .sorted()
                        .toList());
            }
        }
        for (Path jar : jars) {
            look(jar);
        }
        seen.keySet().retainAll(jars);
        refused.keySet().retainAll(jars);
        for (Path gone : List.copyOf(names.keySet())) {
            if (!jars.contains(gone)) {
                take(gone);
            }
        }
    }

    private void look(Path jar) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(jar, BasicFileAttributes.class);
        Seen now = new Seen(attributes.size(), attributes.lastModifiedTime().toMillis(), false);
        Seen before = seen.get(jar);
        if (before == null || before.size() != now.size() || before.time() != now.time()) {
            seen.put(jar, now);
            return;
        }
        if (before.handled()) {
            return;
        }
        // Two looks alike, half a second apart, and the file itself a second old.
        if (clock.millis() - now.time() < 1_000) {
            return;
        }
        seen.put(jar, new Seen(now.size(), now.time(), true));
        deploy(jar);
    }

    private void deploy(Path jar) throws IOException {
        try {
            JarFacts facts = JarFacts.read(jar);
            Optional<Deployer.Running> known = deployer.find(facts.symbolicName());
            names.put(jar, facts.symbolicName());
            if (known.isPresent() && known.get().facts().hash().equals(facts.hash())) {
                book.remember(jar, facts.hash());
                return; // from before the restart
            }
            if (known.isPresent() && book.deployed(jar, facts.hash())) {
                return; // it was rolled back since, and the file has not changed
            }
            String done = deployer.deploy(jar, "plugins", jar.toString(), _ -> {});
            book.remember(jar, facts.hash());
            refused.remove(jar);
            LOG.info("event=plugin file={} result=\"{}\"", jar.getFileName(), done);
        } catch (RefusedException e) {
            refused.put(jar, String.valueOf(e.getMessage()));
            LOG.error(
                    "event=plugin-refused file={} reason=\"{}\" cure=\"replace the file\"",
                    jar.getFileName(),
                    e.getMessage());
        }
    }

    private void take(Path gone) throws IOException {
        String name = names.remove(gone);
        book.remember(gone, null);
        if (name == null || names.containsValue(name)) {
            return; // another file has the same bundle
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

    /// Files that were refused, with the reason.
    public List<String> refused() {
        List<String> lines = new ArrayList<>();
        refused.forEach((file, reason) -> lines.add(file.getFileName() + ": " + reason));
        return lines;
    }
}
