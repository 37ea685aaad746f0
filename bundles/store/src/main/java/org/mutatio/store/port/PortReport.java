package org.mutatio.store.port;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What was done and what was not. Used by one thread.
public final class PortReport {
    private static final int MOST = 1_000;
    private static final int STEP = 1_000;

    private final Consumer<String> progress;
    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long accounts;
    private long mailboxes;
    private long messages;
    private long octets;
    private long there;
    private long failed;

    public PortReport(Consumer<String> progress) {
        this.progress = progress;
    }

    void account() {
        accounts++;
    }

    void mailbox() {
        mailboxes++;
    }

    void message(long size) {
        messages++;
        octets += size;
        step();
    }

    void there() {
        there++;
        step();
    }

    private void step() {
        if ((messages + there) % STEP == 0) {
            progress.accept(messages + " messages written, " + there + " were there already");
        }
    }

    /// A message, a file or a mailbox that was left out.
    void problem(String where, String why) {
        failed++;
        if (problems.size() < MOST) {
            problems.add(where + ": " + why);
        } else if (problems.size() == MOST) {
            problems.add("and more, of which no list is kept");
        }
    }

    /// Something that is no loss and worth knowing.
    void note(String note) {
        if (notes.size() < MOST) {
            notes.add(note);
        }
    }

    public List<String> problems() {
        return List.copyOf(problems);
    }

    public List<String> notes() {
        return List.copyOf(notes);
    }

    public long accounts() {
        return accounts;
    }

    public long mailboxes() {
        return mailboxes;
    }

    /// Messages written: into files by an export, into the store by an import.
    public long messages() {
        return messages;
    }

    public long octets() {
        return octets;
    }

    /// Messages that an import found in the mailbox already.
    public long alreadyThere() {
        return there;
    }

    /// Messages, files and mailboxes left out, each with its cause among the problems.
    public long failed() {
        return failed;
    }
}
