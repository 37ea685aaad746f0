package org.mutatio.imap.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.UidRange;

/// Positions of messages in a view, from 0, as ascending ranges; immutable.
final class Positions {
    static final Positions NONE = new Positions(new int[0]);

    private final int[] pairs;

    private Positions(int[] pairs) {
        this.pairs = pairs;
    }

    static final class Builder {
        private int[] pairs = new int[8];
        private int length;

        /// Each call lies behind the one before.
        void add(int first, int last) {
            if (length > 0 && pairs[length - 1] == first - 1) {
                pairs[length - 1] = last;
                return;
            }
            if (length == pairs.length) {
                pairs = Arrays.copyOf(pairs, length * 2);
            }
            pairs[length++] = first;
            pairs[length++] = last;
        }

        void add(int position) {
            add(position, position);
        }

        Positions build() {
            return length == 0 ? NONE : new Positions(Arrays.copyOf(pairs, length));
        }
    }

    static Positions all(int size) {
        return size == 0 ? NONE : new Positions(new int[] {0, size - 1});
    }

    /// Message numbers, cut to those that there are.
    static Positions ofNumbers(List<UidRange> numbers, int size) {
        Builder builder = new Builder();
        for (UidRange range : numbers) {
            if (range.first() > size) {
                break;
            }
            builder.add((int) range.first() - 1, (int) Math.min(range.last(), size) - 1);
        }
        return builder.build();
    }

    /// UIDs, cut to those that there are.
    static Positions ofUids(List<UidRange> uids, MailboxState state) {
        Builder builder = new Builder();
        for (UidRange range : uids) {
            int first = state.position(range.first());
            int from = first < 0 ? -first - 1 : first;
            int last = state.position(range.last());
            int to = last < 0 ? -last - 2 : last;
            if (from <= to) {
                builder.add(from, to);
            }
        }
        return builder.build();
    }

    boolean isEmpty() {
        return pairs.length == 0;
    }

    int count() {
        int count = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            count += pairs[i + 1] - pairs[i] + 1;
        }
        return count;
    }

    int ranges() {
        return pairs.length / 2;
    }

    int first(int range) {
        return pairs[range * 2];
    }

    int last(int range) {
        return pairs[range * 2 + 1];
    }

    boolean contains(int position) {
        int low = 0;
        int high = ranges() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (position < first(middle)) {
                high = middle - 1;
            } else if (position > last(middle)) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /// Their UIDs; neighbours are joined.
    List<UidRange> uids(MailboxState state) {
        List<UidRange> uids = new ArrayList<>();
        long from = -1;
        long to = -1;
        for (int range = 0; range < ranges(); range++) {
            for (int position = first(range); position <= last(range); position++) {
                long uid = state.uid(position);
                if (from >= 0 && uid == to + 1) {
                    to = uid;
                    continue;
                }
                if (from >= 0) {
                    uids.add(new UidRange(from, to));
                }
                from = uid;
                to = uid;
            }
        }
        if (from >= 0) {
            uids.add(new UidRange(from, to));
        }
        return uids;
    }
}
