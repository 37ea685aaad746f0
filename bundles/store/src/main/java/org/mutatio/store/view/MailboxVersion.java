package org.mutatio.store.view;

import java.util.Arrays;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxChanges;
import org.mutatio.api.store.MailboxState;

/// One version of a mailbox.
public final class MailboxVersion implements MailboxState {

    private final long mailbox;
    private final long uidValidity;
    private final long uidNext;
    private final long highestModSeq;
    private final SortedSet<String> keywords;
    private final boolean deleted;
    final Chunk[] chunks;
    /// Position of each chunk's first message; one more: the size.
    final int[] starts;

    MailboxVersion(
            long mailbox,
            long uidValidity,
            long uidNext,
            long highestModSeq,
            SortedSet<String> keywords,
            boolean deleted,
            Chunk[] chunks,
            int[] starts) {
        this.mailbox = mailbox;
        this.uidValidity = uidValidity;
        this.uidNext = uidNext;
        this.highestModSeq = highestModSeq;
        this.keywords = keywords;
        this.deleted = deleted;
        this.chunks = chunks;
        this.starts = starts;
    }

    static MailboxVersion empty(long mailbox, long uidValidity, long uidNext, long modSeq) {
        SortedSet<String> none = Collections.unmodifiableSortedSet(new TreeSet<>(String.CASE_INSENSITIVE_ORDER));
        return new MailboxVersion(
                mailbox, uidValidity, uidNext, Math.max(1, modSeq), none, false, new Chunk[0], new int[1]);
    }

    @Override
    public long mailbox() {
        return mailbox;
    }

    @Override
    public long uidValidity() {
        return uidValidity;
    }

    @Override
    public long uidNext() {
        return uidNext;
    }

    @Override
    public long highestModSeq() {
        return highestModSeq;
    }

    @Override
    public int size() {
        return starts[chunks.length];
    }

    /// Which chunk holds a position.
    private int chunk(int position) {
        if (position < 0 || position >= size()) {
            throw new IndexOutOfBoundsException(position + " of " + size());
        }
        int at = Arrays.binarySearch(starts, 0, chunks.length, position);
        return at >= 0 ? at : -at - 2;
    }

    @Override
    public long uid(int position) {
        int chunk = chunk(position);
        return chunks[chunk].uids[position - starts[chunk]];
    }

    @Override
    public Flags flags(int position) {
        int chunk = chunk(position);
        return chunks[chunk].flags[position - starts[chunk]];
    }

    @Override
    public long modSeq(int position) {
        int chunk = chunk(position);
        return chunks[chunk].modSeqs[position - starts[chunk]];
    }

    @Override
    public long octets(int position) {
        int chunk = chunk(position);
        return chunks[chunk].octets[position - starts[chunk]];
    }

    @Override
    public long internalDate(int position) {
        int chunk = chunk(position);
        return chunks[chunk].dates[position - starts[chunk]];
    }

    /// Everything of one message.
    public MessageRow row(int position) {
        int chunk = chunk(position);
        return chunks[chunk].row(position - starts[chunk]);
    }

    @Override
    public int position(long uid) {
        int low = 0;
        int high = chunks.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chunks[middle].uids[0] <= uid) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        if (chunks.length == 0) {
            return -1;
        }
        int at = Arrays.binarySearch(chunks[low].uids, 0, starts[low + 1] - starts[low], uid);
        return at >= 0 ? starts[low] + at : -(starts[low] - at - 1) - 1;
    }

    @Override
    public SortedSet<String> keywords() {
        return keywords;
    }

    @Override
    public boolean deleted() {
        return deleted;
    }

    /// What happened from here to a later version. Chunks that both share cost nothing.
    MailboxChanges changesTo(MailboxVersion later) {
        UidRanges expunged = new UidRanges();
        UidRanges changed = new UidRanges();
        UidRanges arrived = new UidRanges();
        int mine = 0;
        int theirs = 0;
        int myChunk = 0;
        int theirChunk = 0;
        while (mine < size() || theirs < later.size()) {
            while (myChunk < chunks.length && mine >= starts[myChunk + 1]) {
                myChunk++;
            }
            while (theirChunk < later.chunks.length && theirs >= later.starts[theirChunk + 1]) {
                theirChunk++;
            }
            if (mine < size()
                    && theirs < later.size()
                    && mine == starts[myChunk]
                    && theirs == later.starts[theirChunk]
                    && chunks[myChunk].equals(later.chunks[theirChunk])) {
                int both = Math.min(
                        starts[myChunk + 1] - starts[myChunk], later.starts[theirChunk + 1] - later.starts[theirChunk]);
                mine += both;
                theirs += both;
                continue;
            }
            long myUid = mine < size() ? chunks[myChunk].uids[mine - starts[myChunk]] : Long.MAX_VALUE;
            long theirUid = theirs < later.size()
                    ? later.chunks[theirChunk].uids[theirs - later.starts[theirChunk]]
                    : Long.MAX_VALUE;
            if (myUid == theirUid) {
                if (chunks[myChunk].modSeqs[mine - starts[myChunk]]
                        != later.chunks[theirChunk].modSeqs[theirs - later.starts[theirChunk]]) {
                    changed.add(myUid);
                }
                mine++;
                theirs++;
            } else if (myUid < theirUid) {
                expunged.add(myUid);
                mine++;
            } else {
                arrived.add(theirUid);
                theirs++;
            }
        }
        return new MailboxChanges(expunged.list(), changed.list(), arrived.list());
    }
}
