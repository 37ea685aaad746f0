package org.mutatio.store.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.mutatio.store.journal.DiskFiles;
import org.mutatio.store.journal.Files;

/// The real disk, with a memory: it notes every write, force, rename and delete, and can make of a prefix of them
/// what a power cut may leave: octets and names that were not forced are there, not there, or there in part. It can
/// also fail, write short and fill up.
///
/// What it holds to be legal: octets of a file are certain after a force of that file; names of a folder after a
/// force of that folder; a rename is atomic. Everything else may have happened or not, in any order.
public final class LyingDisk implements Files {

    /// What happened, in order.
    public sealed interface Step {
        record Create(Path file) implements Step {}

        @SuppressWarnings("ArrayRecordComponent") // compared nowhere
        record Write(Path file, long at, byte[] octets) implements Step {}

        record Truncate(Path file, long length) implements Step {}

        record Force(Path file) implements Step {}

        record ForceFolder(Path folder) implements Step {}

        record Rename(Path from, Path to) implements Step {}

        record Delete(Path file) implements Step {}
    }

    private final DiskFiles disk = new DiskFiles();
    private final Path root;
    private final List<Step> steps = new ArrayList<>();
    private Predicate<Step> fails = _ -> false;
    private boolean half;

    public LyingDisk(Path root) {
        this.root = root;
    }

    /// From now on such steps fail.
    ///
    /// @param halfWritten of a write that fails the first half is there
    public synchronized void fail(Predicate<Step> which, boolean halfWritten) {
        fails = which;
        half = halfWritten;
    }

    public synchronized void heal() {
        fails = _ -> false;
    }

    /// Steps so far.
    public synchronized int steps() {
        return steps.size();
    }

    synchronized void step(Step step) throws IOException {
        if (fails.test(step)) {
            throw new IOException(
                    "No space left on device (a test's): " + step.getClass().getSimpleName());
        }
        steps.add(step);
    }

    /// Writes a number of octets from the first one on.
    interface Writer {
        void write(int length) throws IOException;
    }

    void write(Step.Write step, Writer real) throws IOException {
        try {
            step(step);
        } catch (IOException e) {
            if (half) {
                real.write(step.octets().length / 2);
            }
            throw e;
        }
        real.write(step.octets().length);
    }

    // ---- passing through

    @Override
    public Appender append(Path file, long length) throws IOException {
        if (!disk.exists(file)) {
            step(new Step.Create(file));
        } else if (disk.size(file) > length) {
            step(new Step.Truncate(file, length));
            step(new Step.Force(file));
        }
        return new Writing(file, length, disk.append(file, length));
    }

    private final class Writing implements Appender {
        private final Path file;
        private final Appender real;
        private long at;

        Writing(Path file, long at, Appender real) {
            this.file = file;
            this.at = at;
            this.real = real;
        }

        @Override
        public void write(List<ByteBuffer> octets) throws IOException {
            int length = octets.stream().mapToInt(ByteBuffer::remaining).sum();
            ByteBuffer all = ByteBuffer.allocate(length);
            octets.forEach(part -> all.put(part.duplicate()));
            LyingDisk.this.write(
                    new Step.Write(file, at, all.array()),
                    written -> real.write(List.of(ByteBuffer.wrap(all.array(), 0, written))));
            at += length;
        }

        @Override
        public void force() throws IOException {
            step(new Step.Force(file));
            real.force();
        }

        @Override
        public void truncate(long length) throws IOException {
            step(new Step.Truncate(file, length));
            real.truncate(length);
            at = length;
            step(new Step.Force(file));
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }

    @Override
    public int read(Path file, long at, ByteBuffer into) throws IOException {
        return disk.read(file, at, into);
    }

    @Override
    public String database(Path file) {
        return LyingDatabase.name(file, root, this);
    }

    @Override
    public long size(Path file) throws IOException {
        return disk.size(file);
    }

    @Override
    public long modified(Path file) throws IOException {
        return disk.modified(file);
    }

    @Override
    public boolean exists(Path file) {
        return disk.exists(file);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        step(new Step.ForceFolder(folder));
        disk.forceFolder(folder);
    }

    @Override
    public void force(Path file) throws IOException {
        step(new Step.Force(file));
        disk.force(file);
    }

    @Override
    public void delete(Path file) throws IOException {
        if (disk.exists(file)) {
            step(new Step.Delete(file));
            disk.delete(file);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        if (!known(from)) {
            // Written beside this seam (a spool, H2's copy): its octets are unsynced writes until somebody forces them.
            step(new Step.Create(from));
            step(new Step.Write(from, 0, java.nio.file.Files.readAllBytes(from)));
        }
        step(new Step.Rename(from, to));
        disk.rename(from, to);
    }

    private synchronized boolean known(Path file) {
        return steps.stream().anyMatch(step -> step instanceof Step.Create(Path made) && made.equals(file));
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        disk.createFolders(folder); // a folder that is empty without its force is made again by whoever needs it
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        return disk.list(folder);
    }

    // ---- what a power cut leaves

    /// Octets of one file: what is certain, and what was written since.
    private static final class Inode {
        private byte[] certain = new byte[0];
        private final List<Step> since = new ArrayList<>();

        byte[] after(Predicate<Step> happened, Random random, boolean tear) {
            byte[] octets = certain;
            for (Step step : since) {
                if (happened.test(step)) {
                    octets = apply(octets, step, tear ? random : null);
                }
            }
            return octets;
        }

        static byte[] apply(byte[] octets, Step step, @Nullable Random tear) {
            return switch (step) {
                case Step.Write(Path _, long at, byte[] written) -> written(octets, (int) at, written, tear);
                case Step.Truncate(Path _, long length) -> Arrays.copyOf(octets, (int) length);
                default -> throw new IllegalStateException("no change of octets: " + step);
            };
        }

        private static byte[] written(byte[] octets, int at, byte[] written, @Nullable Random tear) {
            byte[] result = Arrays.copyOf(octets, Math.max(octets.length, at + written.length));
            // Sectors arrive one by one; those that did not are zero.
            for (int sector = 0; sector < written.length; sector += 512) {
                if (tear == null || tear.nextInt(4) > 0) {
                    int length = Math.min(512, written.length - sector);
                    System.arraycopy(written, sector, result, at + sector, length);
                }
            }
            return result;
        }
    }

    /// Makes the folder `to` as a power cut after `prefix` steps may leave this disk.
    ///
    /// @param random empty: all that was written is there; else what was not forced is there by chance, torn by
    ///     sectors
    public synchronized void materialise(int prefix, @Nullable Random random, Path to) throws IOException {
        Map<Path, Inode> names = new LinkedHashMap<>();
        Map<Path, Inode> certainNames = new LinkedHashMap<>();
        Map<Path, List<Step>> unsure = new HashMap<>();
        for (Step step : steps.subList(0, prefix)) {
            switch (step) {
                case Step.Create(Path file) -> {
                    names.put(file, new Inode());
                    unsure.computeIfAbsent(parent(file), _ -> new ArrayList<>()).add(step);
                }
                case Step.Write(Path file, long _, byte[] _) ->
                    inode(names, file).since.add(step);
                case Step.Truncate(Path file, long _) ->
                    inode(names, file).since.add(step);
                case Step.Force(Path file) -> {
                    Inode inode = inode(names, file);
                    inode.certain = inode.after(_ -> true, new Random(0), false);
                    inode.since.clear();
                }
                case Step.Rename(Path from, Path target) -> {
                    Inode moved = inode(names, from);
                    names.remove(from);
                    names.put(target, moved);
                    unsure.computeIfAbsent(parent(target), _ -> new ArrayList<>())
                            .add(step);
                }
                case Step.Delete(Path file) -> {
                    names.remove(file);
                    unsure.computeIfAbsent(parent(file), _ -> new ArrayList<>()).add(step);
                }
                case Step.ForceFolder(Path folder) -> {
                    unsure.remove(folder);
                    certainNames.keySet().removeIf(file -> parent(file).equals(folder));
                    names.forEach((file, inode) -> {
                        if (parent(file).equals(folder)) {
                            certainNames.put(file, inode);
                        }
                    });
                }
            }
        }
        Map<Path, byte[]> files = new TreeMap<>();
        if (random == null) {
            names.forEach((file, inode) -> files.put(file, inode.after(_ -> true, new Random(0), false)));
        } else {
            // Names of a folder change in order: some number of the unforced changes has reached the disk.
            Map<Path, Inode> there = new LinkedHashMap<>(certainNames);
            for (var folder : unsure.entrySet()) {
                int reached = random.nextInt(folder.getValue().size() + 1);
                for (Step step : folder.getValue().subList(0, reached)) {
                    switch (step) {
                        case Step.Create(Path file) -> {
                            Inode inode = names.get(file);
                            if (inode != null) {
                                there.put(file, inode);
                            }
                        }
                        case Step.Rename(Path from, Path target) -> {
                            there.remove(from);
                            Inode inode = names.get(target);
                            if (inode != null) {
                                there.put(target, inode);
                            }
                        }
                        case Step.Delete(Path file) -> there.remove(file);
                        default -> throw new IllegalStateException("no change of names: " + step);
                    }
                }
            }
            there.forEach((file, inode) -> files.put(file, inode.after(_ -> random.nextInt(3) > 0, random, true)));
        }
        for (var file : files.entrySet()) {
            Path copy = to.resolve(root.relativize(file.getKey()).toString());
            java.nio.file.Files.createDirectories(parent(copy));
            java.nio.file.Files.write(copy, file.getValue());
        }
    }

    private static Inode inode(Map<Path, Inode> names, Path file) {
        Inode inode = names.get(file);
        if (inode == null) {
            // Made beside this seam and first seen now: its octets are not certain, and none is known.
            inode = new Inode();
            names.put(file, inode);
        }
        return inode;
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no folder: " + file);
        }
        return parent;
    }
}
