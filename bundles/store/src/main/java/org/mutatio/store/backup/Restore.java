package org.mutatio.store.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.erase.Erasing;
import org.mutatio.store.event.Event;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.format.StoreFormat;
import org.mutatio.store.journal.DiskFiles;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.JournalRecord;
import org.mutatio.store.journal.RecordType;
import org.mutatio.store.recovery.Recovery;

/// Makes a new `data` folder of a copy, as it was after some record. The copy is only read, a live folder is never
/// touched: one starts the server on the new home.
public final class Restore {

    /// Numbers that the lost life of a store may have handed out after the copy was made.
    private static final long ABOVE = 1L << 32;

    private Restore() {}

    /// What was restored.
    ///
    /// @param sequence the last record that is in it
    /// @param time when that was written
    public record Restored(long sequence, Instant time, int files) {}

    /// @param copy a folder that [Copies] made
    /// @param data the new folder: absent or empty
    /// @param to a sequence, a mail id, or a time (ISO 8601); empty: all that the copy holds
    /// @param keepUidValidity nothing was handed out after the copy: the store moves, its state does not go back
    /// @throws IOException nothing was changed, or the new folder is not whole: the message says which file
    public static Restored into(
            Path copy, Path data, Optional<String> to, boolean keepUidValidity, Consumer<String> progress)
            throws IOException {
        Manifest manifest = Manifest.read(copy);
        if (Files.exists(data) && !empty(data)) {
            throw new IOException(data + " is not empty: restore into a new home, then start that one");
        }
        Files.createDirectories(data);
        Path format = data.resolve(StoreFormat.FILE);
        Files.writeString(format, StoreFormat.RESTORING + "\n", StandardCharsets.US_ASCII);
        Folders.force(format);
        Folders.force(data);
        int done = 0;
        for (var file : manifest.files().entrySet()) {
            if (file.getKey().equals(StoreFormat.FILE)) {
                continue; // the last of all: with it the folder is a store
            }
            if (file.getKey().contains("..") || file.getKey().startsWith("/")) {
                throw new IOException("the manifest names " + file.getKey() + ": not a path inside of the copy");
            }
            bring(copy, data, file);
            done++;
            if (done % 1_000 == 0) {
                progress.accept(done + " of " + manifest.files().size() + " files restored");
            }
        }
        Last last = cut(data, to);
        erased(data);
        Path marker = data.resolve(Recovery.RESTORED);
        Files.writeString(
                marker,
                "sequence=" + last.sequence() + "\nabove=" + (manifest.sequence() + ABOVE) + "\nuidvalidity="
                        + (keepUidValidity ? "keep" : "new") + "\n",
                StandardCharsets.US_ASCII);
        Folders.force(marker);
        try (Stream<Path> folders = Files.walk(data)) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                Folders.force(folder);
            }
        }
        for (var file : manifest.files().entrySet()) {
            if (file.getKey().equals(StoreFormat.FILE)) {
                bring(copy, data, file);
                done++;
            }
        }
        return new Restored(last.sequence(), Instant.ofEpochMilli(last.time()), done);
    }

    private static void bring(Path copy, Path data, Map.Entry<String, String> file) throws IOException {
        String hash = Folders.bring(copy.resolve(file.getKey()), data.resolve(file.getKey()), false);
        if (!hash.equals(file.getValue())) {
            throw new IOException(copy.resolve(file.getKey()) + " is damaged: its SHA-256 is " + hash
                    + ", the manifest says " + file.getValue() + "; " + data + " is not whole, remove it");
        }
    }

    private static boolean empty(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.findAny().isEmpty();
        }
    }

    private static final class Last {
        private long sequence;
        private long time;
        private long segment;
        private long end;

        long sequence() {
            return sequence;
        }

        long time() {
            return time;
        }
    }

    /// Takes away what came after the moment.
    private static Last cut(Path data, Optional<String> to) throws IOException {
        Last last = new Last();
        Path folder = data.resolve("journal");
        EventCodec codec = new EventCodec();
        Optional<Wanted> wanted = to.isPresent() ? Optional.of(Wanted.parse(to.get())) : Optional.empty();
        boolean[] reached = {false};
        boolean[] passed = {false};
        long firstKept;
        try (Journal journal = Journal.open(new DiskFiles(), folder, Long.MAX_VALUE, false)) {
            firstKept = journal.firstKept();
            journal.scan(0, record -> {
                // The first that is later ends it, also when a clock that was set makes others earlier again.
                passed[0] |= reached[0] || wanted.isPresent() && wanted.get().before(record);
                if (passed[0]) {
                    return;
                }
                last.sequence = record.sequence();
                last.time = record.time();
                last.segment = record.location().segment();
                last.end = record.end();
                if (wanted.isPresent() && wanted.get().is(record, codec)) {
                    reached[0] = true;
                }
            });
        }
        if (last.sequence == 0 || wanted.isPresent() && wanted.get().named() && !reached[0]) {
            throw new IOException("the copy does not hold " + to.orElse("any record")
                    + ": its journal begins at record " + firstKept + "; " + data + " is not whole, remove it");
        }
        for (Path segment : list(folder)) {
            long first = number(segment);
            if (first > last.segment) {
                Files.delete(segment);
            } else if (first == last.segment) {
                try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                    FileChannel _ = channel.truncate(last.end);
                    channel.force(true);
                }
            }
        }
        boolean usable = false;
        for (Path checkpoint : list(data.resolve("checkpoints"))) {
            if (number(checkpoint) > last.sequence) {
                Files.delete(checkpoint);
            } else {
                usable = true;
            }
        }
        if (firstKept > 1 && !usable) {
            throw new IOException("the copy's journal begins at record " + firstKept
                    + " and its checkpoints are later than " + to.orElse("its end")
                    + ": it cannot be brought back so far; " + data + " is not whole, remove it");
        }
        return last;
    }

    /// An archive knows erasures that are later than the moment: those mails are blank already, and the
    /// journal does not
    /// say so any more. One that was fed in between may have it the other way round. The first start finishes both.
    private static void erased(Path data) throws IOException {
        EventCodec codec = new EventCodec();
        Map<Long, Lying> blank = new TreeMap<>();
        Map<Long, String> mails = new TreeMap<>();
        Set<Long> named = new HashSet<>();
        DiskFiles files = new DiskFiles();
        try (Journal journal = Journal.open(files, data.resolve("journal"), Long.MAX_VALUE, false)) {
            journal.scan(0, record -> {
                if (record.blanked()) {
                    Object _ = blank.put(record.sequence(), mail(codec, record));
                } else if (record.type() == RecordType.ERASED
                        && codec.read(record.type(), record.header()) instanceof Event.Erased(var records)) {
                    records.forEach(one -> named.add(one.record()));
                }
            });
            blank.forEach((record, mail) -> {
                if (!named.remove(record)) {
                    Object _ = mails.put(mail.sequence(), mail.id());
                }
            });
            named.removeIf(record -> record < journal.firstKept());
            if (!named.isEmpty()) {
                journal.scan(0, record -> {
                    if (named.contains(record.sequence())) {
                        Lying mail = mail(codec, record);
                        Object _ = mails.put(mail.sequence(), mail.id());
                    }
                });
            }
        }
        if (!mails.isEmpty()) {
            Erasing.write(files, data, new Erasing.Pending(mails, Set.of()));
        }
    }

    private record Lying(long sequence, String id) {}

    private static Lying mail(EventCodec codec, JournalRecord record) throws IOException {
        return switch (codec.read(record.type(), record.header())) {
            case Event.MailAccepted mail -> new Lying(record.sequence(), mail.id());
            case Event.RecordMoved moved ->
                new Lying(moved.mail(), moved.accepted().id());
            default -> throw new IOException("record " + record.sequence() + " is no message");
        };
    }

    private static java.util.List<Path> list(Path folder) throws IOException {
        return new DiskFiles().list(folder);
    }

    private static long number(Path file) {
        String name = String.valueOf(file.getFileName());
        return HexFormat.fromHexDigitsToLong(name.substring(0, name.indexOf('.')));
    }

    /// The moment that was asked for.
    private sealed interface Wanted {
        record Sequence(long number) implements Wanted {}

        record Mail(String id) implements Wanted {}

        record Time(long millis) implements Wanted {}

        static Wanted parse(String text) throws IOException {
            String plain = text.strip();
            if (MailId.valid(plain.toUpperCase(Locale.ROOT))) {
                return new Mail(plain.toUpperCase(Locale.ROOT));
            }
            if (!plain.isEmpty() && plain.chars().allMatch(c -> c >= '0' && c <= '9') && plain.length() < 19) {
                return new Sequence(Long.parseLong(plain));
            }
            try {
                return new Time(OffsetDateTime.parse(plain).toInstant().toEpochMilli());
            } catch (DateTimeException e) {
                throw new IOException(
                        "--to wants a record's number, a mail id or a time such as 2026-11-25T14:00:00Z, not " + text,
                        e);
            }
        }

        /// Whether the record is later than the moment.
        default boolean before(JournalRecord record) {
            return switch (this) {
                case Sequence(long number) -> record.sequence() > number;
                case Mail _ -> false;
                case Time(long millis) -> record.time() > millis;
            };
        }

        default boolean named() {
            return this instanceof Mail;
        }

        /// Whether the record is the last one wanted.
        default boolean is(JournalRecord record, EventCodec codec) throws IOException {
            return this instanceof Mail(String id)
                    && record.type() == RecordType.MAIL_ACCEPTED
                    && codec.read(record.type(), record.header()) instanceof Event.MailAccepted mail
                    && mail.id().equals(id);
        }
    }
}
