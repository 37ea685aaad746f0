package org.mutatio.store.format;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/// `data/format`: a number and LF. A release reads the format before its own and its own; it writes what the data is,
/// until the data is raised: by `store upgrade`, or by itself when the release has run for a day. Until then the
/// release before can take the data back.
///
/// Format 2 added the records MailboxNumbered and Erased, and parts of records that were blanked.
public final class StoreFormat {
    public static final int OLDEST = 1;
    public static final int NEWEST = 2;

    /// File in the data folder that holds the number.
    public static final String FILE = "format";
    /// What it holds while a restore makes the folder.
    public static final String RESTORING = "restoring";

    private StoreFormat() {}

    /// The format of a data folder, which is made with the newest one when nothing is there.
    ///
    /// @throws IOException names the release's formats; nothing was touched
    public static int check(Path data) throws IOException {
        Files.createDirectories(data);
        if (!Files.exists(data.resolve(FILE))) {
            write(data, NEWEST);
            return NEWEST;
        }
        return read(data);
    }

    /// [#check] without writing anything.
    ///
    /// @throws IOException there is no data, or it is of a release too new or too old
    public static int read(Path data) throws IOException {
        Path file = data.resolve(FILE);
        if (!Files.exists(file)) {
            throw new IOException("there is no store in " + data + " (its file `format` is missing)");
        }
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        for (int format = OLDEST; format <= NEWEST; format++) {
            if (text.equals(Integer.toString(format))) {
                return format;
            }
        }
        if (text.equals(RESTORING)) {
            throw new IOException(
                    "the restore into " + data + " was not finished: remove the folder and restore again");
        }
        boolean newer = text.length() <= 9
                && !text.isEmpty()
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && Integer.parseInt(text) > NEWEST;
        throw new IOException("the data in " + data + " has format " + text + ", this release knows formats " + OLDEST
                + " to " + NEWEST + ": start "
                + (newer ? "a newer release" : "the release that wrote it") + "; nothing was changed");
    }

    /// Raises the data to the newest format. From then on no older release opens it.
    ///
    /// @return the format before
    public static int raise(Path data) throws IOException {
        int before = read(data);
        if (before < NEWEST) {
            write(data, NEWEST);
        }
        return before;
    }

    /// Whole or not at all.
    private static void write(Path data, int format) throws IOException {
        Path file = data.resolve(FILE);
        Path fresh = data.resolve("." + FILE + ".new");
        Files.writeString(fresh, format + "\n", StandardCharsets.US_ASCII);
        force(fresh);
        Path _ = Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(Objects.requireNonNull(file.getParent()));
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
