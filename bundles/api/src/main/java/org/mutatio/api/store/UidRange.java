package org.mutatio.api.store;

/// UIDs from first to last, both included; RFC 9051 section 9, uid-range.
public record UidRange(long first, long last) {

    public UidRange {
        if (first < 1 || last < first || last > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("not a range of UIDs: " + first + ":" + last);
        }
    }

    public static UidRange of(long uid) {
        return new UidRange(uid, uid);
    }

    public boolean contains(long uid) {
        return uid >= first && uid <= last;
    }

    public long size() {
        return last - first + 1;
    }

    /// `7` or `7:9`.
    @Override
    public String toString() {
        return first == last ? Long.toString(first) : first + ":" + last;
    }
}
