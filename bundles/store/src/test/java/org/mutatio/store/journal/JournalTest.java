package org.mutatio.store.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.store.disk.LyingDisk;

/// What is in the folder after each kind of end, and what a reader then finds.
class JournalTest {

    private static final int SEGMENT = 32 << 10;

    @TempDir
    Path folder;

    private final Random random = new Random(5);

    private Entry entry(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return new Entry(
                RecordType.MAIL_ACCEPTED, 1, ByteBuffer.wrap(new byte[] {1, 2, 3}), ByteBuffer.wrap(octets), null);
    }

    private static List<Long> sequences(Journal journal) throws IOException {
        List<Long> sequences = new ArrayList<>();
        journal.scan(0, record -> sequences.add(record.sequence()));
        return sequences;
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    /// Batches of several records, cut by a power cut anywhere: the answered ones are there, and behind them at most
    /// a beginning of the batch that was being written; never a later record without an earlier one.
    @Test
    void ofABatchThatWasTornOnlyABeginningIsKept() throws IOException {
        LyingDisk disk = new LyingDisk(folder.resolve("live"));
        List<Integer> steps = new ArrayList<>();
        List<Long> durable = new ArrayList<>();
        try (Journal journal = Journal.open(disk, folder.resolve("live/journal"), SEGMENT, false)) {
            for (int i = 0; i < 30; i++) {
                List<Entry> batch = new ArrayList<>();
                for (int n = random.nextInt(6); n >= 0; n--) {
                    batch.add(entry(random.nextInt(3_000)));
                }
                assertEquals(batch.size(), journal.append(batch).size());
                steps.add(disk.steps());
                durable.add(journal.last());
            }
        }
        int torn = 0;
        for (int i = 0; i < 400; i++) {
            Path cut = folder.resolve("cut" + i);
            int prefix = random.nextInt(disk.steps() + 1);
            disk.materialise(prefix, random, cut);
            long answered = 0;
            long following = durable.getFirst();
            for (int batch = 0; batch < steps.size() && steps.get(batch) <= prefix; batch++) {
                answered = durable.get(batch);
                following = durable.get(Math.min(batch + 1, durable.size() - 1));
            }
            try (Journal journal = Journal.open(new DiskFiles(), cut.resolve("journal"), SEGMENT, true)) {
                long last = journal.last();
                assertEquals(upTo(last), sequences(journal));
                assertEquals(List.of(), journal.damages());
                assertTrue(last >= answered && last <= following, last + " of " + answered + " to " + following);
                torn += last > answered && last < following ? 1 : 0;
                assertEquals(1, journal.append(List.of(entry(10))).size());
                assertEquals(upTo(last + 1), sequences(journal));
            }
        }
        assertTrue(torn > 0, "no batch was torn in its middle");
    }

    /// A scan reads a window of 1 MiB at a time: what it gave of a record is that record's also when the next part of
    /// it
    /// lies in the next window.
    @Test
    void aScanGivesEachRecordItsOwnHeader() throws IOException {
        List<byte[]> headers = new ArrayList<>();
        Path data = folder.resolve("journal");
        try (Journal journal = Journal.open(new DiskFiles(), data, 64 << 20, false)) {
            for (int i = 0; i < 300; i++) {
                byte[] header = new byte[random.nextInt(3_000)];
                byte[] octets = new byte[random.nextInt(i % 50 == 0 ? 3 << 20 : 40_000)];
                random.nextBytes(header);
                random.nextBytes(octets);
                headers.add(header);
                Entry entry =
                        new Entry(RecordType.MAIL_ACCEPTED, 1, ByteBuffer.wrap(header), ByteBuffer.wrap(octets), null);
                assertEquals(1, journal.append(List.of(entry)).size());
            }
            List<Long> wrong = new ArrayList<>();
            journal.scan(0, record -> {
                ByteBuffer header = ByteBuffer.wrap(headers.get((int) record.sequence() - 1));
                if (!header.equals(record.header())) {
                    wrong.add(record.sequence());
                }
            });
            assertEquals(List.of(), wrong);
            List<String> problems = new ArrayList<>();
            journal.verifyChain(journal.last(), _ -> {}, problems::add);
            assertEquals(List.of(), problems);
        }
    }

    /// The same hole without a power cut is damage: the record behind it was answered.
    @Test
    void aHoleInTheLastBatchIsDamageWhenThePowerWasNotCut() throws IOException {
        Path data = folder.resolve("journal");
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, false)) {
            assertEquals(
                    3,
                    journal.append(List.of(entry(100), entry(100), entry(100))).size());
        }
        spoil(data, Journal.SEGMENT_HEADER + Frame.LENGTH + 3 + 100 + 20);
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, false)) {
            assertEquals(List.of(1L, 3L), sequences(journal));
            assertEquals(1, journal.damages().size());
            assertEquals(1, journal.damages().getFirst().afterSequence());
            assertEquals(3, journal.damages().getFirst().beforeSequence());
        }
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, true)) {
            assertEquals(List.of(1L), sequences(journal));
        }
    }

    /// A batch behind it proves that a record was durable once, power cut or not.
    @Test
    void aHoleBeforeALaterBatchIsAlwaysDamage() throws IOException {
        Path data = folder.resolve("journal");
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, false)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(1, journal.append(List.of(entry(100))).size());
            }
        }
        spoil(data, Journal.SEGMENT_HEADER + Frame.LENGTH + 3 + 100 + 20);
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, true)) {
            assertEquals(List.of(1L, 3L), sequences(journal));
            assertEquals(1, journal.damages().size());
        }
    }

    @Test
    void aMissingSegmentIsDamageAndItsNeighboursAreRead() throws IOException {
        Path data = folder.resolve("journal");
        try (Journal journal = Journal.open(new DiskFiles(), data, 1_000, false)) {
            for (int i = 0; i < 5; i++) {
                assertEquals(1, journal.append(List.of(entry(1_000))).size());
            }
        }
        try (var all = java.nio.file.Files.list(data)) {
            java.nio.file.Files.delete(all.sorted().skip(2).findFirst().orElseThrow());
        }
        try (Journal journal = Journal.open(new DiskFiles(), data, 1_000, false)) {
            assertEquals(List.of(1L, 2L, 4L, 5L), sequences(journal));
            assertEquals(2, journal.damages().getFirst().afterSequence());
            assertEquals(4, journal.damages().getFirst().beforeSequence());
        }
    }

    @Test
    void aRecordOfANewerReleaseIsRefusedAndNothingIsTouched() throws IOException {
        Path data = folder.resolve("journal");
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, false)) {
            assertEquals(1, journal.append(List.of(entry(100))).size());
        }
        Path segment = segment(data);
        byte[] octets = java.nio.file.Files.readAllBytes(segment);
        ByteBuffer frame =
                ByteBuffer.wrap(octets, Journal.SEGMENT_HEADER, Frame.LENGTH).slice();
        frame.putShort(4, (short) 9);
        frame.putInt(
                Frame.LENGTH - 4,
                Frame.crc(
                        ByteBuffer.wrap(octets).getInt(56),
                        frame.duplicate().position(0).limit(Frame.LENGTH - 4)));
        java.nio.file.Files.write(segment, octets);
        assertThrows(NewerFormatException.class, () -> Journal.open(new DiskFiles(), data, SEGMENT, true));
        org.junit.jupiter.api.Assertions.assertArrayEquals(octets, java.nio.file.Files.readAllBytes(segment));
    }

    /// Somebody who writes frames into a mail gains nothing from a damaged record: not when the frame is whole, for it
    /// says where the record ends, and not when it is spoiled, for he does not know the segment's salt.
    @ParameterizedTest
    @ValueSource(ints = {Frame.LENGTH + 2, 20})
    void whatAMailHoldsIsNeverReadAsARecord(int spoiled) throws IOException {
        Path stranger = folder.resolve("stranger");
        try (Journal journal = Journal.open(new DiskFiles(), stranger, SEGMENT, false)) {
            for (int i = 0; i < 9; i++) {
                assertEquals(1, journal.append(List.of(entry(10))).size());
            }
        }
        byte[] forged = java.nio.file.Files.readAllBytes(segment(stranger));
        Path data = folder.resolve("journal");
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, false)) {
            Entry mail =
                    new Entry(RecordType.MAIL_ACCEPTED, 1, ByteBuffer.wrap(new byte[3]), ByteBuffer.wrap(forged), null);
            assertEquals(1, journal.append(List.of(mail)).size());
            assertEquals(1, journal.append(List.of(entry(100))).size());
        }
        spoil(data, Journal.SEGMENT_HEADER + spoiled);
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, false)) {
            assertEquals(List.of(2L), sequences(journal));
            assertEquals(1, journal.damages().size());
        }
    }

    /// A segment that could not be begun must not lie there while the one before it goes on.
    @Test
    void aSegmentThatCouldNotBeBegunIsTakenAway() throws IOException {
        Path data = folder.resolve("live/journal");
        LyingDisk disk = new LyingDisk(folder.resolve("live"));
        try (Journal journal = Journal.open(disk, data, SEGMENT, false)) {
            assertEquals(1, journal.append(List.of(entry(100))).size());
            disk.fail(step -> step instanceof LyingDisk.Step.Write, true);
            assertThrows(IOException.class, journal::closeSegment);
            disk.heal();
            assertEquals(1, journal.append(List.of(entry(100))).size());
        }
        try (Journal journal = Journal.open(new DiskFiles(), data, SEGMENT, false)) {
            assertEquals(List.of(1L, 2L), sequences(journal));
        }
    }

    /// When it cannot be taken away either, or its force fails, nobody knows what the disk has: no answer any more.
    @Test
    void aSegmentWhoseBeginningIsNotKnownEndsTheProcess() throws IOException {
        for (Predicate<LyingDisk.Step> fault : List.<Predicate<LyingDisk.Step>>of(
                step -> step instanceof LyingDisk.Step.Write || step instanceof LyingDisk.Step.Delete,
                LyingDisk.Step.Force.class::isInstance,
                LyingDisk.Step.ForceFolder.class::isInstance)) {
            Path live = folder.resolve("live" + random.nextInt());
            LyingDisk disk = new LyingDisk(live);
            try (Journal journal = Journal.open(disk, live.resolve("journal"), SEGMENT, false)) {
                assertEquals(1, journal.append(List.of(entry(100))).size());
                disk.fail(fault, true);
                assertThrows(Journal.ForceFailedException.class, journal::closeSegment);
            }
        }
    }

    /// Neither the batch nor its cut reached the disk: the segment is sealed where it was durable.
    private void seal(Journal journal, LyingDisk disk) {
        disk.fail(step -> step instanceof LyingDisk.Step.Write || step instanceof LyingDisk.Step.Truncate, true);
        assertThrows(
                IOException.class,
                () -> journal.append(List.of(entry(100), entry(100), entry(100), entry(100)))); // two are there
        disk.heal();
    }

    @Test
    void numbersThatWereLeftOutStaySoThoughTheirSegmentIsBegunTwice() throws IOException {
        Path data = folder.resolve("live/journal");
        LyingDisk disk = new LyingDisk(folder.resolve("live"));
        try (Journal journal = Journal.open(disk, data, SEGMENT, false)) {
            assertEquals(1, journal.append(List.of(entry(100))).size());
            journal.skipTo(100);
            seal(journal, disk);
            assertEquals(1, journal.append(List.of(entry(100))).size());
            assertEquals(List.of(1L, 101L), sequences(journal));
            assertEquals(List.of(), journal.damages());
        }
        try (Journal journal = Journal.open(disk, data, SEGMENT, false)) {
            assertEquals(List.of(1L, 101L), sequences(journal));
            assertEquals(List.of(), journal.damages());
        }
    }

    @Test
    void aRefusedBatchIsNoRecordThoughNumbersAreLeftOutBehindIt() throws IOException {
        Path data = folder.resolve("live/journal");
        LyingDisk disk = new LyingDisk(folder.resolve("live"));
        try (Journal journal = Journal.open(disk, data, SEGMENT, false)) {
            assertEquals(1, journal.append(List.of(entry(100))).size());
            seal(journal, disk);
            journal.skipTo(100);
            assertEquals(1, journal.append(List.of(entry(100))).size());
            assertEquals(List.of(1L, 101L), sequences(journal));
            assertEquals(List.of(), journal.damages());
        }
    }

    @Test
    void aBadPlaceInARefusedBatchIsATail() throws IOException {
        Path data = folder.resolve("live/journal");
        LyingDisk disk = new LyingDisk(folder.resolve("live"));
        try (Journal journal = Journal.open(disk, data, SEGMENT, false)) {
            assertEquals(1, journal.append(List.of(entry(100))).size());
            seal(journal, disk);
            assertEquals(1, journal.append(List.of(entry(100))).size());
        }
        spoil(data, Journal.SEGMENT_HEADER + Frame.LENGTH + 103 + 20); // the first one that was refused
        try (Journal journal = Journal.open(disk, data, SEGMENT, false)) {
            assertEquals(List.of(1L, 2L), sequences(journal));
            assertEquals(List.of(), journal.damages());
        }
    }

    private static Path segment(Path data) throws IOException {
        try (var all = java.nio.file.Files.list(data)) {
            return all.sorted().findFirst().orElseThrow();
        }
    }

    private static void spoil(Path data, int at) throws IOException {
        Path segment = segment(data);
        byte[] octets = java.nio.file.Files.readAllBytes(segment);
        octets[at] ^= 1;
        java.nio.file.Files.write(segment, octets);
    }
}
