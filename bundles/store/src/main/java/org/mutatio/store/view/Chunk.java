package org.mutatio.store.view;

import org.mutatio.api.store.Flags;

/// Up to 256 messages in arrays. Slots below [#fill] never change; the one writer (the applier) may fill further
/// slots, which no older version looks at.
final class Chunk {
    static final int CAPACITY = 256;

    final long[] uids;
    final long[] modSeqs;
    final Flags[] flags;
    final long[] octets;
    final long[] dates;
    final long[] mails;
    final int[] forms;
    int fill;

    Chunk(int capacity) {
        uids = new long[capacity];
        modSeqs = new long[capacity];
        flags = new Flags[capacity];
        octets = new long[capacity];
        dates = new long[capacity];
        mails = new long[capacity];
        forms = new int[capacity];
    }

    void add(MessageRow row) {
        put(fill, row);
        fill++;
    }

    private void put(int at, MessageRow row) {
        uids[at] = row.uid();
        modSeqs[at] = row.modSeq();
        flags[at] = row.flags();
        octets[at] = row.octets();
        dates[at] = row.dateSeconds();
        mails[at] = row.mail();
        forms[at] = row.form();
    }

    MessageRow row(int at) {
        return new MessageRow(uids[at], modSeqs[at], flags[at], octets[at], dates[at], mails[at], forms[at]);
    }

    boolean full() {
        return fill == uids.length;
    }

    /// The first `count` slots, with room for more.
    Chunk grown(int count, int capacity) {
        Chunk copy = new Chunk(Math.max(capacity, count));
        System.arraycopy(uids, 0, copy.uids, 0, count);
        System.arraycopy(modSeqs, 0, copy.modSeqs, 0, count);
        System.arraycopy(flags, 0, copy.flags, 0, count);
        System.arraycopy(octets, 0, copy.octets, 0, count);
        System.arraycopy(dates, 0, copy.dates, 0, count);
        System.arraycopy(mails, 0, copy.mails, 0, count);
        System.arraycopy(forms, 0, copy.forms, 0, count);
        copy.fill = count;
        return copy;
    }
}
