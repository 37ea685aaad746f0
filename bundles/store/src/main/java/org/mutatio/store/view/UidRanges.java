package org.mutatio.store.view;

import java.util.ArrayList;
import java.util.List;
import org.mutatio.api.store.UidRange;

/// Collects ascending UIDs into ranges.
public final class UidRanges {
    private final List<UidRange> ranges = new ArrayList<>();
    private long first;
    private long last;

    public void add(long uid) {
        if (last != 0 && uid == last + 1) {
            last = uid;
            return;
        }
        flush();
        first = uid;
        last = uid;
    }

    private void flush() {
        if (last != 0) {
            ranges.add(new UidRange(first, last));
        }
    }

    public List<UidRange> list() {
        List<UidRange> all = new ArrayList<>(ranges);
        if (last != 0) {
            all.add(new UidRange(first, last));
        }
        return all;
    }

    /// Pairs of first and last, as events hold them.
    public static List<Long> pairs(List<UidRange> ranges) {
        List<Long> pairs = new ArrayList<>(ranges.size() * 2);
        for (UidRange range : ranges) {
            pairs.add(range.first());
            pairs.add(range.last());
        }
        return pairs;
    }

    public static List<UidRange> ranges(List<Long> pairs) {
        List<UidRange> ranges = new ArrayList<>(pairs.size() / 2);
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            ranges.add(new UidRange(pairs.get(i), pairs.get(i + 1)));
        }
        return ranges;
    }
}
