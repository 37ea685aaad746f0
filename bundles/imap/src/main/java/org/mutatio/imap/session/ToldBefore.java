package org.mutatio.imap.session;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxChanges;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.UidRange;

/// What the client was told of a mailbox by a former version of this bundle, or over a store that was replaced: the
/// UIDs in the order of their numbers, and up to which MODSEQ. All else of a message is read from the version that was
/// found now; a message that is gone there has lost its flags, date and size, and only its number stays.
final class ToldBefore implements MailboxState {
    private final MailboxState found;
    private final long[] uids;
    private final long highestModSeq;

    ToldBefore(MailboxState found, List<UidRange> told, long highestModSeq) {
        this.found = found;
        this.highestModSeq = highestModSeq;
        long count = 0;
        for (UidRange range : told) {
            count += range.size();
        }
        uids = new long[Math.toIntExact(count)];
        int at = 0;
        for (UidRange range : told) {
            for (long uid = range.first(); uid <= range.last(); uid++) {
                uids[at++] = uid;
            }
        }
    }

    /// From what was told to a version of now.
    MailboxChanges changes(MailboxState now) {
        List<UidRange> expunged = new ArrayList<>();
        List<UidRange> changed = new ArrayList<>();
        for (long uid : uids) {
            int position = now.position(uid);
            if (position < 0) {
                expunged.add(UidRange.of(uid));
            } else if (now.modSeq(position) > highestModSeq) {
                changed.add(UidRange.of(uid));
            }
        }
        List<UidRange> arrived = new ArrayList<>();
        for (int position = 0; position < now.size(); position++) {
            if (position(now.uid(position)) < 0) {
                arrived.add(UidRange.of(now.uid(position)));
            }
        }
        return new MailboxChanges(expunged, changed, arrived);
    }

    @Override
    public long mailbox() {
        return found.mailbox();
    }

    @Override
    public long uidValidity() {
        return found.uidValidity();
    }

    @Override
    public long uidNext() {
        return found.uidNext();
    }

    @Override
    public long highestModSeq() {
        return highestModSeq;
    }

    @Override
    public int size() {
        return uids.length;
    }

    @Override
    public long uid(int position) {
        return uids[position];
    }

    @Override
    public Flags flags(int position) {
        int now = found.position(uids[position]);
        return now < 0 ? Flags.NONE : found.flags(now);
    }

    @Override
    public long modSeq(int position) {
        int now = found.position(uids[position]);
        return now < 0 ? highestModSeq : found.modSeq(now);
    }

    @Override
    public long octets(int position) {
        int now = found.position(uids[position]);
        return now < 0 ? 0 : found.octets(now);
    }

    @Override
    public long internalDate(int position) {
        int now = found.position(uids[position]);
        return now < 0 ? 0 : found.internalDate(now);
    }

    @Override
    public int position(long uid) {
        return java.util.Arrays.binarySearch(uids, uid);
    }

    @Override
    public SortedSet<String> keywords() {
        return found.keywords();
    }

    @Override
    public boolean deleted() {
        return found.deleted();
    }
}
