package org.mutatio.store.verify;

import java.util.ArrayList;
import java.util.List;
import org.mutatio.store.journal.Location;

/// What a verification found.
public final class Report {
    private static final int MOST = 1_000;

    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private long records;
    private long mails;
    private long octets;

    /// A mail's record whose blob is gone.
    ///
    /// @param end offset behind it
    public record Unreadable(long sequence, Location location, long end) {}

    void unreadable(Unreadable record) {
        if (unreadable.size() < MOST) {
            unreadable.add(record);
        }
    }

    public List<Unreadable> unreadable() {
        return List.copyOf(unreadable);
    }

    /// What is no problem and worth knowing.
    void note(String note) {
        if (notes.size() < MOST) {
            notes.add(note);
        }
    }

    public List<String> notes() {
        return List.copyOf(notes);
    }

    void record() {
        records++;
    }

    void mail(long size) {
        mails++;
        octets += size;
    }

    public void problems(List<String> more) {
        for (String problem : more) {
            if (problems.size() < MOST) {
                problems.add(problem);
            }
        }
    }

    public List<String> problems() {
        return List.copyOf(problems);
    }

    public long records() {
        return records;
    }

    public long mails() {
        return mails;
    }

    public long octets() {
        return octets;
    }
}
