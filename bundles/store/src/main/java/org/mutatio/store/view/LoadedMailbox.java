package org.mutatio.store.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.UidRange;

/// A mailbox in memory, shared by all sessions that selected it.
///
/// Threads: the applier makes versions, anybody reads the newest one; it is published by one volatile write. Expunged
/// rows are kept as long as a session is there that opened before.
public final class LoadedMailbox {

    private final long id;
    private volatile MailboxVersion version;
    private final Map<Flags, Flags> interned = new HashMap<>();
    private final List<Opener> openers = new CopyOnWriteArrayList<>();
    private final Map<Long, MessageRow> graveyard = new ConcurrentHashMap<>();

    /// One session's hold.
    public static final class Opener {
        private final AtomicReference<@Nullable Runnable> wake = new AtomicReference<>();

        public void onChange(Runnable then) {
            wake.set(then);
        }

        void told() {
            Runnable then = wake.get();
            if (then != null) {
                then.run();
            }
        }
    }

    public LoadedMailbox(long id, long uidValidity, long uidNext, long modSeq, List<MessageRow> rows) {
        this.id = id;
        this.version = MailboxVersion.empty(id, uidValidity, uidNext, modSeq);
        if (!rows.isEmpty()) {
            add(rows, modSeq, uidNext);
        }
    }

    public long id() {
        return id;
    }

    public MailboxVersion version() {
        return version;
    }

    public Opener open() {
        Opener opener = new Opener();
        openers.add(opener);
        return opener;
    }

    public void close(Opener opener) {
        openers.remove(opener);
        if (openers.isEmpty()) {
            graveyard.clear();
        }
    }

    public boolean idle() {
        return openers.isEmpty();
    }

    /// A row of the newest version or an expunged one that is still held.
    public @Nullable MessageRow find(long uid) {
        MailboxVersion now = version;
        int position = now.position(uid);
        return position >= 0 ? now.row(position) : graveyard.get(uid);
    }

    // ---- the applier's side

    private Flags intern(Flags flags) {
        Flags known = interned.putIfAbsent(flags, flags);
        return known == null ? flags : known;
    }

    private SortedSet<String> keywords(SortedSet<String> known, Iterable<Flags> more) {
        TreeSet<String> all = null;
        for (Flags flags : more) {
            for (String keyword : flags.keywords()) {
                if (!known.contains(keyword)) {
                    if (all == null) {
                        all = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
                        all.addAll(known);
                    }
                    all.add(keyword);
                }
            }
        }
        return all == null ? known : Collections.unmodifiableSortedSet(all);
    }

    private void publish(MailboxVersion next) {
        version = next;
        for (Opener opener : openers) {
            opener.told();
        }
    }

    /// New messages, UIDs ascending and above all others.
    public void arrive(List<MessageRow> rows, long modSeq) {
        add(rows, modSeq, rows.getLast().uid() + 1);
    }

    private void add(List<MessageRow> rows, long modSeq, long uidNext) {
        MailboxVersion now = version;
        int old = now.chunks.length;
        List<Chunk> chunks = new ArrayList<>(Arrays.asList(now.chunks));
        List<Integer> starts = new ArrayList<>();
        for (int start : now.starts) {
            starts.add(start);
        }
        int size = now.size();
        List<Flags> seen = new ArrayList<>();
        for (MessageRow row : rows) {
            Chunk last = chunks.isEmpty() ? null : chunks.getLast();
            int used = last == null ? 0 : size - starts.get(chunks.size() - 1);
            if (last == null || used >= Chunk.CAPACITY) {
                last = new Chunk(chunks.isEmpty() ? 16 : Chunk.CAPACITY);
                chunks.add(last);
                starts.add(size);
            } else if (last.fill != used || last.full()) {
                last = last.grown(used, Math.min(Chunk.CAPACITY, Math.max(16, used * 4)));
                chunks.set(chunks.size() - 1, last);
            }
            Flags flags = intern(row.flags());
            seen.add(flags);
            last.add(new MessageRow(
                    row.uid(), row.modSeq(), flags, row.octets(), row.dateSeconds(), row.mail(), row.form()));
            size++;
            starts.set(chunks.size(), size);
        }
        int[] offsets = starts.stream().mapToInt(Integer::intValue).toArray();
        if (old > chunks.size()) {
            throw new IllegalStateException("chunks went missing");
        }
        publish(new MailboxVersion(
                id,
                now.uidValidity(),
                Math.max(now.uidNext(), uidNext),
                Math.max(now.highestModSeq(), modSeq),
                keywords(now.keywords(), seen),
                now.deleted(),
                chunks.toArray(Chunk[]::new),
                offsets));
    }

    /// Other flags for some messages.
    public void change(Map<Long, Flags> flagsByUid, long modSeq) {
        MailboxVersion now = version;
        Chunk[] chunks = now.chunks.clone();
        boolean[] copied = new boolean[chunks.length];
        flagsByUid.forEach((uid, flags) -> {
            int position = now.position(uid);
            if (position >= 0) {
                int at = Arrays.binarySearch(now.starts, 0, chunks.length, position);
                int chunk = at >= 0 ? at : -at - 2;
                if (!copied[chunk]) {
                    int count = now.starts[chunk + 1] - now.starts[chunk];
                    chunks[chunk] = chunks[chunk].grown(count, Math.max(count, Math.min(Chunk.CAPACITY, count * 2)));
                    copied[chunk] = true;
                }
                int slot = position - now.starts[chunk];
                chunks[chunk].flags[slot] = intern(flags);
                chunks[chunk].modSeqs[slot] = modSeq;
            }
        });
        publish(new MailboxVersion(
                id,
                now.uidValidity(),
                now.uidNext(),
                Math.max(now.highestModSeq(), modSeq),
                keywords(now.keywords(), flagsByUid.values()),
                now.deleted(),
                chunks,
                now.starts));
    }

    /// Removes messages; ranges ascending.
    public void expunge(List<UidRange> uids, long modSeq) {
        MailboxVersion now = version;
        List<Chunk> chunks = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        int size = 0;
        int range = 0;
        boolean keep = !openers.isEmpty();
        for (int i = 0; i < now.chunks.length; i++) {
            Chunk chunk = now.chunks[i];
            int count = now.starts[i + 1] - now.starts[i];
            Chunk rest = null;
            int kept = 0;
            for (int slot = 0; slot < count; slot++) {
                long uid = chunk.uids[slot];
                while (range < uids.size() && uids.get(range).last() < uid) {
                    range++;
                }
                boolean gone = range < uids.size() && uids.get(range).contains(uid);
                if (gone) {
                    if (keep) {
                        graveyard.put(uid, chunk.row(slot));
                    }
                    if (rest == null) {
                        rest = chunk.grown(slot, count);
                    }
                } else {
                    kept++;
                    if (rest != null) {
                        rest.add(chunk.row(slot));
                    }
                }
            }
            if (kept > 0) {
                starts.add(size);
                chunks.add(rest == null ? chunk : rest);
                size += kept;
            }
        }
        starts.add(size);
        publish(new MailboxVersion(
                id,
                now.uidValidity(),
                now.uidNext(),
                Math.max(now.highestModSeq(), modSeq),
                now.keywords(),
                now.deleted(),
                chunks.toArray(Chunk[]::new),
                starts.stream().mapToInt(Integer::intValue).toArray()));
    }

    /// UIDs are left out.
    ///
    /// @return false: those numbers are another mailbox's, nothing was done
    public boolean number(long uidValidity, long uidNext, long modSeq) {
        MailboxVersion now = version;
        if (uidValidity != now.uidValidity() || uidNext < now.uidNext()) {
            return false;
        }
        publish(new MailboxVersion(
                id,
                uidValidity,
                uidNext,
                Math.max(now.highestModSeq(), modSeq),
                now.keywords(),
                now.deleted(),
                now.chunks,
                now.starts));
        return true;
    }

    /// The mailbox is gone.
    public void delete() {
        MailboxVersion now = version;
        publish(new MailboxVersion(
                id,
                now.uidValidity(),
                now.uidNext(),
                now.highestModSeq(),
                now.keywords(),
                true,
                now.chunks,
                now.starts));
    }
}
