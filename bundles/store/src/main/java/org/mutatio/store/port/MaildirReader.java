package org.mutatio.store.port;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.mutatio.api.store.Flags;

/// A Maildir++ of Dovecot, Courier, or ours; also a plain Maildir, which is an INBOX.
final class MaildirReader implements AccountFolder {
    private final Path folder;

    MaildirReader(Path folder) throws IOException {
        if (!Files.isDirectory(folder.resolve(MaildirNames.CUR))) {
            throw new IOException("it has no folder `cur`, so it is no Maildir");
        }
        this.folder = folder;
    }

    @Override
    public List<Mailbox> mailboxes(PortReport report) throws IOException {
        List<Mailbox> boxes = new ArrayList<>();
        boxes.add(new Box(folder, "INBOX"));
        for (Path path : FileNames.list(folder)) {
            String name = FileNames.name(path);
            if (name.startsWith(".") && name.length() > 1 && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.isDirectory(path.resolve(MaildirNames.CUR), LinkOption.NOFOLLOW_LINKS)) {
                    boxes.add(new Box(path, MaildirNames.name(name)));
                } else {
                    report.problem(path.toString(), "has no folder `cur`, so it is no Maildir");
                }
            }
        }
        return boxes;
    }

    @Override
    public List<String> subscriptions() throws IOException {
        Path file = folder.resolve(MaildirWriter.SUBSCRIPTIONS);
        if (!FileNames.plain(file)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        boolean tabs = false;
        try (MutatioFiles.Lines lines = new MutatioFiles.Lines(file)) {
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                String name = line.get();
                if (lines.number() == 1 && name.equals("V\t2")) {
                    tabs = true;
                } else if (!name.isEmpty()) {
                    names.add(tabs ? name.replace('\t', '/') : MaildirNames.name("." + name));
                }
            }
        }
        return names;
    }

    private record Box(Path folder, String name) implements Mailbox {

        @Override
        public void read(Visitor visitor, PortReport report) throws IOException, StoppedException {
            Map<Character, String> keywords = keywords();
            List<Path> files = new ArrayList<>();
            for (String part : List.of(MaildirNames.CUR, "new")) {
                Path in = folder.resolve(part);
                if (Files.isDirectory(in, LinkOption.NOFOLLOW_LINKS)) {
                    files.addAll(FileNames.list(in));
                } else if (Files.isSymbolicLink(in)) {
                    report.problem(in.toString(), "a symbolic link, which is not followed");
                }
            }
            // Names begin with the time of delivery: that is the order in which they came.
            files.sort(Comparator.comparingLong(Box::delivered).thenComparing(FileNames::name));
            for (Path file : files) {
                if (FileNames.name(file).startsWith(".")) {
                    continue; // maildir(5): ignored
                }
                if (!FileNames.plain(file)) {
                    report.problem(file.toString(), "no plain file; links are not followed");
                    continue;
                }
                boolean lf;
                Instant date;
                try {
                    lf = lineEndIsLf(file);
                    date = Instant.ofEpochSecond(
                            Files.getLastModifiedTime(file).toInstant().getEpochSecond());
                } catch (IOException e) {
                    report.problem(file.toString(), String.valueOf(e));
                    continue;
                }
                visitor.visit(new IncomingMessage(
                        file.toString(),
                        OptionalLong.empty(),
                        date,
                        flags(FileNames.name(file), keywords),
                        Optional.empty(),
                        to -> content(file, lf, to)));
            }
        }

        private static long delivered(Path file) {
            String name = FileNames.name(file);
            int end = 0;
            while (end < name.length() && end < 15 && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
                end++;
            }
            return end == 0 ? Long.MAX_VALUE : Long.parseLong(name.substring(0, end));
        }

        private static void content(Path file, boolean lf, IncomingMessage.Sink to) throws IOException {
            if (!lf) {
                MutatioFiles.transfer(file, to);
                return;
            }
            LineEnds.Crlf crlf = new LineEnds.Crlf(to);
            MutatioFiles.transfer(file, crlf);
            crlf.flush();
        }

        /// As the first line ends, so do all.
        private static boolean lineEndIsLf(Path file) throws IOException {
            try (InputStream in = MutatioFiles.open(file)) {
                int before = 0;
                int c = in.read();
                while (c >= 0 && c != '\n') {
                    before = c;
                    c = in.read();
                }
                return before != '\r';
            }
        }

        private Map<Character, String> keywords() throws IOException {
            Map<Character, String> keywords = new HashMap<>();
            Path file = folder.resolve(MaildirWriter.KEYWORDS);
            if (FileNames.plain(file)) {
                try (MutatioFiles.Lines lines = new MutatioFiles.Lines(file)) {
                    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                        int space = line.get().indexOf(' ');
                        if (space == 1 || space == 2) {
                            int number = Integer.parseInt(line.get(), 0, space, 10);
                            String word = line.get().substring(space + 1);
                            if (number < MaildirWriter.MOST_KEYWORDS && FlagWords.keyword(word)) {
                                keywords.put((char) ('a' + number), word);
                            }
                        }
                    }
                } catch (NumberFormatException e) {
                    throw new IOException(file + " is no list of keywords: " + e.getMessage(), e);
                }
            }
            return keywords;
        }

        private static Flags flags(String name, Map<Character, String> keywords) {
            // Some file systems have no colon in names; `;2,` and `!2,` are what programs write there.
            int info = Math.max(name.lastIndexOf(":2,"), Math.max(name.lastIndexOf(";2,"), name.lastIndexOf("!2,")));
            int system = 0;
            TreeSet<String> words = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            for (int i = info < 0 ? name.length() : info + 3; i < name.length(); i++) {
                switch (name.charAt(i)) {
                    case 'D' -> system |= Flags.DRAFT;
                    case 'F' -> system |= Flags.FLAGGED;
                    case 'P' -> words.add(MaildirWriter.PASSED);
                    case 'R' -> system |= Flags.ANSWERED;
                    case 'S' -> system |= Flags.SEEN;
                    case 'T' -> system |= Flags.DELETED;
                    case ',' -> i = name.length(); // what others wrote behind it
                    default -> {
                        String word = keywords.get(name.charAt(i));
                        if (word != null) {
                            words.add(word);
                        }
                    }
                }
            }
            return new Flags(system, words);
        }
    }
}
