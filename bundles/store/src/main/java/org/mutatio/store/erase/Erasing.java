package org.mutatio.store.erase;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.mutatio.store.journal.Files;

/// `data/erasing`: an erasure that was begun, and so will be finished. Lines: `mutatio erasing 1`; while its mails are
/// not blank yet, `mail SEQUENCE ID` for each; then, until the archive has it, `again NAME` for each file that it must
/// take anew or let go; `end`.
public final class Erasing {

    private static final String FILE = "erasing";
    private static final String HEAD = "mutatio erasing 1";
    private static final String MAIL = "mail ";
    private static final String AGAIN = "again ";
    private static final String END = "end";

    private Erasing() {}

    /// What is to be done.
    ///
    /// @param mails id by sequence of its MailAccepted: their records are to be blanked
    /// @param again names of files below `data` that the archive has otherwise
    public record Pending(Map<Long, String> mails, Set<String> again) {
        public static final Pending NOTHING = new Pending(Map.of(), Set.of());

        public Pending {
            mails = new TreeMap<>(mails);
            again = new TreeSet<>(again);
        }

        public boolean nothing() {
            return mails.isEmpty() && again.isEmpty();
        }
    }

    /// Whether records are still to be blanked.
    public static boolean pending(Path data) throws IOException {
        return !read(data).mails().isEmpty();
    }

    /// @throws IOException the file is not one of ours
    public static Pending read(Path data) throws IOException {
        Path file = data.resolve(FILE);
        if (!java.nio.file.Files.exists(file)) {
            return Pending.NOTHING;
        }
        List<String> lines = java.nio.file.Files.readAllLines(file, StandardCharsets.US_ASCII);
        if (lines.size() < 2
                || !lines.getFirst().equals(HEAD)
                || !lines.getLast().equals(END)) {
            throw new IOException(file + " does not say what is being erased: not ours, or of a newer release");
        }
        Map<Long, String> mails = new TreeMap<>();
        Set<String> again = new TreeSet<>();
        for (String line : lines.subList(1, lines.size() - 1)) {
            Optional<Integer> space = Optional.of(line.lastIndexOf(' ')).filter(at -> at > MAIL.length());
            if (line.startsWith(MAIL) && space.isPresent()) {
                try {
                    Object _ = mails.put(
                            Long.parseLong(line, MAIL.length(), space.get(), 10), line.substring(space.get() + 1));
                } catch (NumberFormatException e) {
                    throw new IOException(file + " holds a line that is not ours: " + line, e);
                }
            } else if (line.startsWith(AGAIN)) {
                boolean _ = again.add(line.substring(AGAIN.length()));
            } else {
                throw new IOException(file + " holds a line that is not ours: " + line);
            }
        }
        return new Pending(mails, again);
    }

    /// Whole or not at all; durable on return. Nothing pending: no file.
    public static void write(Files files, Path data, Pending pending) throws IOException {
        Path file = data.resolve(FILE);
        if (pending.nothing()) {
            files.delete(file);
            files.forceFolder(data);
            return;
        }
        StringBuilder text = new StringBuilder(HEAD + "\n");
        pending.mails()
                .forEach((mail, id) ->
                        text.append(MAIL).append(mail).append(' ').append(id).append('\n'));
        pending.again().forEach(name -> text.append(AGAIN).append(name).append('\n'));
        text.append(END).append('\n');
        Path fresh = data.resolve("." + FILE + ".new");
        files.delete(fresh);
        try (Files.Appender to = files.append(fresh, 0)) {
            to.write(List.of(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII))));
            to.force();
        }
        files.rename(fresh, file);
        files.forceFolder(data);
    }
}
