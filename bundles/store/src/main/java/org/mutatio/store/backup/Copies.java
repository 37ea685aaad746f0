package org.mutatio.store.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.mutatio.store.format.StoreFormat;
import org.mutatio.store.journal.Journal;

/// Brings closed segments, blobs and checkpoints into a folder, the manifest last. Whoever calls sees to it that none
/// of them is deleted meanwhile (the store's keeper waits). Nothing in the folder changes once it is named in the
/// manifest, but what was erased: so a folder can be fed again and again: that is the archive.
public final class Copies {
    private static final String FORMAT = StoreFormat.FILE;

    private final Path data;
    private final Journal journal;
    private final String life;

    /// @param life name of the store's life
    public Copies(Path data, Journal journal, String life) {
        this.data = data;
        this.journal = journal;
        this.life = life;
    }

    /// What was brought.
    ///
    /// @param sequence last record that the folder holds
    /// @param brought files that were not there before
    /// @param files all files
    public record Brought(long sequence, int brought, int files) {}

    /// @param checkpoints those to bring; older ones that the folder has go
    /// @param link hard links where the file system can: the same disk, no room, no time
    /// @param again names of files that changed since the folder took them, or went for ever
    public Brought feed(
            Path folder,
            List<Path> checkpoints,
            boolean link,
            Instant now,
            Set<String> again,
            Consumer<String> progress)
            throws IOException {
        Files.createDirectories(folder);
        Map<String, String> known = Map.of();
        if (Manifest.exists(folder)) {
            Manifest before = Manifest.read(folder);
            if (!before.life().equals(life)) {
                throw new IOException(
                        folder + " holds the copy of another store, or of this one before it was restored: "
                                + "both have the same numbers for different mail; name another folder");
            }
            known = before.files();
        }
        Set<Path> folders = new TreeSet<>();
        Map<String, String> files = new TreeMap<>();
        List<Path> wanted = new ArrayList<>();
        long sequence = 0;
        for (Journal.Closed closed : journal.closed()) {
            wanted.add(journal.segmentFile(closed.first()));
            sequence = closed.last();
        }
        if (wanted.isEmpty()) {
            throw new IOException("there is nothing to copy yet: no record was written");
        }
        wanted.addAll(checkpoints);
        wanted.addAll(blobs());
        wanted.add(data.resolve(FORMAT));
        // The only file that changes: when the data is raised to a newer format.
        boolean raised = Files.exists(folder.resolve(FORMAT))
                && Files.mismatch(data.resolve(FORMAT), folder.resolve(FORMAT)) >= 0;
        int brought = 0;
        for (Path file : wanted) {
            String name = data.relativize(file).toString().replace('\\', '/');
            Optional<String> hash = Optional.ofNullable(known.get(name))
                    .filter(_ -> !again.contains(name)
                            && Files.exists(folder.resolve(name))
                            && !(name.equals(FORMAT) && raised))
                    .or(() -> Optional.empty());
            if (hash.isEmpty()) {
                try {
                    hash = Optional.of(Folders.bring(file, folder.resolve(name), link));
                    folders.add(Folders.parent(folder.resolve(name)));
                    brought++;
                } catch (NoSuchFileException e) {
                    if (!name.startsWith("blobs/")) {
                        throw e;
                    }
                    continue; // of a mail that was refused meanwhile: no record names it
                }
                if (brought % 1_000 == 0) {
                    progress.accept(brought + " of " + wanted.size() + " files copied");
                }
            }
            files.put(name, hash.get());
        }
        // What the journal has let go stays in an archive: the way back to an earlier moment leads through it.
        Map<String, String> former = known;
        former.forEach((name, hash) -> {
            // A segment that is named there does not go before it was brought.
            boolean erased = again.contains(name) && name.startsWith("blobs/");
            if (!erased && !name.startsWith("checkpoints/") && Files.exists(folder.resolve(name))) {
                files.putIfAbsent(name, hash);
            }
        });
        for (Path changed : folders) {
            Folders.forceUpTo(changed, folder);
        }
        new Manifest(sequence, now.toString(), life, files).write(folder);
        for (String name : former.keySet()) {
            if (!files.containsKey(name)) {
                Files.deleteIfExists(folder.resolve(name));
            }
        }
        return new Brought(sequence, brought, files.size());
    }

    private List<Path> blobs() throws IOException {
        Path root = data.resolve("blobs");
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
