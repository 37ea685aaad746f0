package org.mutatio.store.verify;

import java.util.ArrayList;
import java.util.List;

/// What a verification found.
public final class Report {
    private static final int MOST = 1_000;

    private final List<String> problems = new ArrayList<>();
    private long records;
    private long mails;
    private long octets;

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
