package org.mutatio.store.commit;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.RefusedChangeException.Refusal;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.store.event.Event;
import org.mutatio.store.state.StoreState;

/// Gives mailboxes the numbers that they had elsewhere: UIDVALIDITY, UIDNEXT (RFC 9051 section 2.3.1.1), and a MODSEQ
/// above all that their clients know (RFC 7162 section 3.1). Each step looks at the head, so that mail that comes in
/// meanwhile gets a number of its own and ends the keeping.
public final class Numbering {
    /// How far MODSEQs may be ahead of ours: they are 63 bits, and no import is to use them up.
    private static final long FARTHEST = 1L << 48;
    /// Nor are many imports.
    private static final long HIGHEST = 1L << 62;

    private final Committer committer;
    private final LongSupplier last;
    private final long validityBase;
    private final boolean possible;

    /// @param last sequence of the last record
    /// @param validityBase fresh UIDVALIDITYs are not below it
    /// @param possible the store's format has the event
    public Numbering(Committer committer, LongSupplier last, long validityBase, boolean possible) {
        this.committer = committer;
        this.last = last;
        this.validityBase = validityBase;
        this.possible = possible;
    }

    /// Whether the store's format can hold it.
    public boolean possible() {
        return possible;
    }

    /// Whether [#above] goes so far.
    public boolean reachable(long modSeq) {
        return modSeq >= 0 && modSeq < HIGHEST && modSeq - last.getAsLong() < FARTHEST;
    }

    /// From now on changes have a MODSEQ above that one.
    public void above(long modSeq) throws IOException {
        if (modSeq <= last.getAsLong()) {
            return;
        }
        if (!reachable(modSeq)) {
            throw new IOException("MODSEQ " + modSeq + " is too far ahead");
        }
        try {
            Object _ = committer.above(modSeq).get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the journal does not go on above " + modSeq + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException("the journal does not go on above " + modSeq + " within 30 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    public long uidValidity(long mailbox) throws RefusedChangeException {
        return info(committer.head(), mailbox).uidValidity();
    }

    /// Lets the UIDs of an empty mailbox begin anew, under a UIDVALIDITY never used before.
    ///
    /// @return false: it is not empty
    public boolean restart(long mailbox, long uidNext) throws RefusedChangeException, StoreUnavailableException {
        return done(committer.commit(head -> info(head, mailbox).messages() > 0
                ? List.of()
                : List.of(new Event.MailboxNumbered(
                        mailbox, Math.max(validityBase, head.counters().uidValidity()), uidNext))));
    }

    /// Leaves out UIDs.
    ///
    /// @param uidNext as it was
    /// @param uid the next message gets
    /// @return false: another message came in meanwhile
    public boolean skip(long mailbox, long uidNext, long uid) throws RefusedChangeException, StoreUnavailableException {
        return done(committer.commit(head -> {
            MailboxInfo info = info(head, mailbox);
            return info.uidNext() == uidNext
                    ? List.of(new Event.MailboxNumbered(mailbox, info.uidValidity(), uid))
                    : List.of();
        }));
    }

    /// All messages are there: the mailbox gets its UIDVALIDITY and UIDNEXT.
    ///
    /// @param expected UIDNEXT as it was
    /// @return false: another message came in meanwhile
    public boolean end(long mailbox, long uidValidity, long expected, long uidNext)
            throws RefusedChangeException, StoreUnavailableException {
        long next = Math.max(expected, uidNext);
        List<Event> events = committer.commit(head -> {
            MailboxInfo info = info(head, mailbox);
            return info.uidNext() != expected || info.uidValidity() == uidValidity && next == expected
                    ? List.of()
                    : List.of(new Event.MailboxNumbered(mailbox, uidValidity, next));
        });
        return done(events) || uidValidity(mailbox) == uidValidity;
    }

    private static boolean done(List<Event> events) {
        return !events.isEmpty();
    }

    private static MailboxInfo info(StoreState head, long mailbox) throws RefusedChangeException {
        return head.mailbox(mailbox)
                .orElseThrow(() -> new RefusedChangeException(Refusal.NONEXISTENT, "no mailbox " + mailbox));
    }
}
