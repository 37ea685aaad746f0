package org.mutatio.store.port;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A folder of mbox files: `Archive/2024.mbox` as we write it, also without `.mbox`, and Thunderbird's
/// `Archive.sbd/2024`.
final class MboxReader implements AccountFolder {
    private static final int DEEPEST = 30;
    static final List<String> FOLDER_ENDS = List.of(".sbd", MboxWriter.EXTENSION);

    private final Path folder;

    MboxReader(Path folder) {
        this.folder = folder;
    }

    @Override
    public List<Mailbox> mailboxes(PortReport report) throws IOException {
        List<Mailbox> boxes = new ArrayList<>();
        gather(folder, "", 0, boxes, report);
        boxes.sort(java.util.Comparator.comparing((Mailbox box) -> !box.name().equalsIgnoreCase("INBOX"))
                .thenComparing(Mailbox::name));
        if (boxes.isEmpty()) {
            throw new IOException("there is no mailbox in it: no file ends with .mbox or begins with `From `");
        }
        return boxes;
    }

    private void gather(Path in, String prefix, int depth, List<Mailbox> boxes, PortReport report) throws IOException {
        for (Path path : FileNames.list(in)) {
            String file = FileNames.name(path);
            if (file.startsWith(".") || depth == 0 && file.equals(MboxWriter.SUBSCRIPTIONS)) {
                continue;
            }
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                if (depth == DEEPEST) {
                    report.problem(path.toString(), "deeper than " + DEEPEST + " folders");
                } else {
                    gather(path, prefix + FileNames.decode(without(file)) + "/", depth + 1, boxes, report);
                }
            } else if (!FileNames.plain(path)) {
                report.problem(path.toString(), "no plain file; links are not followed");
            } else if (file.endsWith(MboxWriter.EXTENSION) || Files.size(path) > 0 && begins(path)) {
                boxes.add(new Box(path, prefix + FileNames.decode(without(file))));
            } else if (Files.size(path) > 0 && !file.endsWith(".msf")) {
                report.note(path + " is no mbox: it does not begin with `From `");
            }
        }
    }

    private static String without(String file) {
        for (String end : FOLDER_ENDS) {
            if (file.endsWith(end) && file.length() > end.length()) {
                return file.substring(0, file.length() - end.length());
            }
        }
        return file;
    }

    private static boolean begins(Path file) throws IOException {
        try (InputStream in = MutatioFiles.open(file)) {
            return new String(in.readNBytes(5), java.nio.charset.StandardCharsets.US_ASCII).equals("From ");
        }
    }

    @Override
    public List<String> subscriptions() throws IOException {
        List<String> names = new ArrayList<>();
        Path file = folder.resolve(MboxWriter.SUBSCRIPTIONS);
        if (FileNames.plain(file)) {
            try (MutatioFiles.Lines lines = new MutatioFiles.Lines(file)) {
                for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                    if (!line.get().isEmpty()) {
                        names.add(line.get());
                    }
                }
            }
        }
        return names;
    }

    private record Box(Path file, String name) implements Mailbox {

        @Override
        public void read(Visitor visitor, PortReport report) throws IOException, StoppedException {
            Instant written = Instant.ofEpochSecond(
                    Files.getLastModifiedTime(file).toInstant().getEpochSecond());
            try (InputStream in = new BufferedInputStream(new WithoutCr(MutatioFiles.open(file)), 64 * 1024)) {
                new MboxSplitter(in, file, written).split(visitor, report);
            }
        }
    }

    /// Leaves out the CR of a CR LF: the mbox of a program on Windows.
    private static final class WithoutCr extends InputStream {
        private final InputStream in;
        private int held = -1;

        WithoutCr(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int c = held >= 0 ? held : in.read();
            held = -1;
            if (c == '\r') {
                int behind = in.read();
                if (behind == '\n') {
                    return behind;
                }
                held = behind;
            }
            return c;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int many = 0;
            while (many < length) {
                int c = read();
                if (c < 0) {
                    return many == 0 && length > 0 ? -1 : many;
                }
                into[from + many++] = (byte) c;
            }
            return many;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
