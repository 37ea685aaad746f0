package org.mutatio.store.port;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.SpecialUse;

/// Our own format, read back.
final class MutatioReader implements AccountFolder {
    private static final long UID_LIMIT = 0xFFFF_FFFFL;

    private final Path folder;
    private final List<Box> boxes = new ArrayList<>();
    private final List<String> subscriptions = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    MutatioReader(Path folder) throws IOException {
        this.folder = folder;
        Path file = folder.resolve(MutatioFiles.ACCOUNT);
        if (!Files.exists(file)) {
            throw new IOException("it has no file `account` (an export that was not finished has none either)");
        }
        boolean ended = false;
        try (MutatioFiles.Lines lines = new MutatioFiles.Lines(file)) {
            if (!lines.next().equals(Optional.of(MutatioFiles.ACCOUNT_HEAD))) {
                throw new IOException(file + " does not begin with `" + MutatioFiles.ACCOUNT_HEAD + "`");
            }
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                ended |= line.get().equals(MutatioFiles.END);
                account(line.get(), lines.number());
            }
        }
        if (!ended) {
            wrong.add("the file `account` has no line `end`: a part of it is missing");
        }
    }

    private void account(String line, long number) {
        String[] fields = line.split("\t", -1);
        switch (fields[0]) {
            case "mailbox" -> {
                if (fields.length == 7
                        && fields[1].matches("[0-9A-Za-z]{1,40}")
                        && number(fields[2], UID_LIMIT)
                        && number(fields[3], UID_LIMIT + 1)
                        && number(fields[4], Long.MAX_VALUE)) {
                    boxes.add(new Box(
                            folder.resolve(fields[1]),
                            fields[6],
                            SpecialUse.of(fields[5]),
                            new Numbers(
                                    Long.parseLong(fields[2]), Long.parseLong(fields[3]), Long.parseLong(fields[4]))));
                } else {
                    wrong.add("line " + number + " of the file `account` is no mailbox of ours: " + line);
                }
            }
            case "subscribed" -> {
                if (fields.length == 2) {
                    subscriptions.add(fields[1]);
                }
            }
            default -> {} // of a later release
        }
    }

    private static boolean number(String text, long most) {
        return text.length() <= 19
                && !text.isEmpty()
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && Long.compareUnsigned(Long.parseUnsignedLong(text), most) <= 0;
    }

    @Override
    public List<Mailbox> mailboxes(PortReport report) {
        wrong.forEach(what -> report.problem(folder.toString(), what));
        List<Mailbox> all = new ArrayList<>();
        for (Box box : boxes) {
            if (Files.isSymbolicLink(box.folder())) {
                report.problem(box.folder().toString(), "a symbolic link, which is not followed");
            } else {
                all.add(box);
            }
        }
        return all;
    }

    @Override
    public List<String> subscriptions() {
        return subscriptions;
    }

    private record Line(long uid, Instant date, IncomingMessage.Expected expected, String file, Flags flags) {}

    private record Box(Path folder, String name, Optional<SpecialUse> role, Numbers ours) implements Mailbox {

        @Override
        public Optional<Numbers> numbers() {
            return Optional.of(ours);
        }

        @Override
        public void survey(Surveyor surveyor) throws IOException {
            try (MutatioFiles.Lines lines = new MutatioFiles.Lines(folder.resolve(MutatioFiles.INDEX))) {
                for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                    line(line.get())
                            .ifPresent(read -> surveyor.line(
                                    read.uid(),
                                    read.expected().size(),
                                    read.expected().sha256()));
                }
            }
        }

        @Override
        public void read(Visitor visitor, PortReport report) throws IOException, StoppedException {
            Path index = folder.resolve(MutatioFiles.INDEX);
            long last = 0;
            boolean ended = false;
            try (MutatioFiles.Lines lines = new MutatioFiles.Lines(index)) {
                if (!lines.next().equals(Optional.of(MutatioFiles.INDEX_HEAD))) {
                    throw new IOException(index + " does not begin with `" + MutatioFiles.INDEX_HEAD + "`");
                }
                for (Optional<String> text = lines.next(); text.isPresent(); text = lines.next()) {
                    if (text.get().startsWith(MutatioFiles.END + "\t")) {
                        ended = true;
                        continue;
                    }
                    Optional<Line> read = line(text.get());
                    String where = index + ":" + lines.number();
                    if (read.isEmpty()) {
                        report.problem(where, "no line of an index");
                        continue;
                    }
                    Line line = read.get();
                    Path file = folder.resolve(line.file());
                    visitor.visit(new IncomingMessage(
                            file.toString(),
                            // UIDs ascend; another order is somebody's edit, and then they mean nothing.
                            line.uid() > last ? OptionalLong.of(line.uid()) : OptionalLong.empty(),
                            line.date(),
                            line.flags(),
                            Optional.of(line.expected()),
                            to -> MutatioFiles.transfer(file, to)));
                    last = Math.max(last, line.uid());
                }
            }
            if (!ended) {
                report.problem(index.toString(), "has no line `end`: a part of it is missing");
            }
        }

        private static Optional<Line> line(String text) {
            String[] fields = text.split("\t", -1);
            if (fields.length != 8
                    || !number(fields[0], UID_LIMIT)
                    || !number(fields[3], Long.MAX_VALUE)
                    || !fields[4].matches("[0-9a-fA-F]{64}")
                    || !fields[6].matches("[0-9A-Za-z_][0-9A-Za-z_.-]{0,100}")) {
                return Optional.empty();
            }
            long date;
            try {
                date = Long.parseLong(fields[2]);
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
            if (!IncomingMessage.datable(date)) {
                return Optional.empty();
            }
            return Optional.of(new Line(
                    Long.parseLong(fields[0]),
                    Instant.ofEpochSecond(date),
                    new IncomingMessage.Expected(Long.parseLong(fields[3]), fields[4].toLowerCase(Locale.ROOT)),
                    fields[6],
                    FlagWords.read(fields[7])));
        }
    }
}
