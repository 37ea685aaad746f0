package org.mutatio.imap.session;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxChanges;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredMessage;
import org.mutatio.api.store.UidRange;
import org.mutatio.current.Current;
import org.mutatio.current.store.SteadyStore;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.protocol.SequenceSet;
import org.mutatio.imap.wire.Outgoing;

/// The selected mailbox as this session has told it to its client.
///
/// `told` is the version that the client knows: message numbers are positions in it, so they stay what they are
/// while others deliver and expunge (RFC 9051 section 7.5.1). [#tell] goes on to the newest version, and stays
/// where it is when that would need an EXPUNGE that the running command does not allow. Flags and MODSEQs are
/// always read from the newest version.
final class View implements AutoCloseable {
    private OpenMailbox open;
    private final Current<MailStore> live;
    /// The store that `open` is of.
    private MailStore from;
    private Runnable wake = () -> {};
    private final String name;
    private final boolean readOnly;
    private MailboxState told;
    private int toldKeywords;
    /// What SEARCH RETURN (SAVE) kept, as UIDs; RFC 9051 section 6.4.4.1.
    private List<UidRange> saved = List.of();

    private View(Current<MailStore> live, MailStore from, OpenMailbox open, String name, boolean readOnly) {
        this.live = live;
        this.from = from;
        this.open = open;
        this.name = name;
        this.readOnly = readOnly;
        this.told = open.state();
        this.toldKeywords = told.keywords().size();
    }

    /// Selects a mailbox.
    ///
    /// @throws RefusedChangeException there is none
    static View open(Current<MailStore> live, long mailbox, String name, boolean readOnly)
            throws RefusedChangeException, StoreUnavailableException {
        return new SteadyStore(live).put(store -> new View(live, store, store.open(mailbox), name, readOnly));
    }

    /// The view of a conversation that was handed over.
    ///
    /// @throws RefusedException the UIDs mean something else now
    static View resumed(Current<MailStore> live, Handed.Selected handed)
            throws RefusedException, RefusedChangeException, StoreUnavailableException {
        View view = open(live, handed.mailbox(), handed.name(), handed.readOnly());
        view.goOn(handed.told(), handed.uidValidity(), handed.modSeq());
        view.toldKeywords = handed.keywords();
        view.saved = handed.saved();
        return view;
    }

    private void goOn(List<UidRange> uids, long uidValidity, long modSeq) throws RefusedException {
        MailboxState found = open.state();
        if (found.uidValidity() != uidValidity) {
            throw RefusedException.no("UNAVAILABLE", "the mailbox is another one now");
        }
        told = new ToldBefore(found, uids, modSeq);
    }

    /// What the client knows, for the next version of this bundle.
    Handed.Selected handed() {
        return new Handed.Selected(
                told.mailbox(),
                told.uidValidity(),
                name,
                readOnly,
                Positions.all(told.size()).uids(told),
                told.highestModSeq(),
                toldKeywords,
                saved);
    }

    /// Told after each new version; only to wake somebody.
    void onChange(Runnable waker) {
        wake = waker;
        open.onChange(waker);
    }

    /// When the store was replaced, goes on over the next one: what the client knows stays as it is.
    ///
    /// @return false: the mailbox is not there any more, or another one
    boolean renewIfThere() {
        Optional<MailStore> now = live.now();
        return now.isEmpty() || !other(now.get()) || renew(now.get());
    }

    @SuppressWarnings("ReferenceEquality") // that very object, whatever its equals says
    private boolean other(MailStore store) {
        return store != from;
    }

    private boolean renew(MailStore store) {
        OpenMailbox next;
        try {
            next = store.open(id());
        } catch (RefusedChangeException _) {
            return false;
        } catch (StoreUnavailableException _) {
            return true; // closing already: there will be another
        }
        Handed.Selected known = handed();
        OpenMailbox before = open;
        before.onChange(() -> {});
        open = next;
        from = store;
        next.onChange(wake);
        before.close();
        try {
            goOn(known.told(), known.uidValidity(), known.modSeq());
            return true;
        } catch (RefusedException _) {
            return false;
        }
    }

    /// A message of any version that this view has shown.
    StoredMessage message(long uid) throws IOException {
        try {
            return open.message(uid);
        } catch (IOException e) {
            // The store may have closed below us.
            MailStore store = live.lend();
            if (other(store) && renew(store)) {
                return open.message(uid);
            }
            throw e;
        }
    }

    long id() {
        return told.mailbox();
    }

    String name() {
        return name;
    }

    boolean readOnly() {
        return readOnly;
    }

    MailboxState told() {
        return told;
    }

    MailboxState newest() {
        return open.state();
    }

    void save(List<UidRange> uids) {
        saved = uids;
    }

    /// The messages that a set names.
    ///
    /// @throws RefusedException BAD: a message number that there is not
    Positions positions(SequenceSet set, boolean uid) throws RefusedException {
        if (set.saved()) {
            return Positions.ofUids(saved, told);
        }
        if (uid) {
            long largest = told.size() == 0 ? 0 : told.uid(told.size() - 1);
            return Positions.ofUids(set.resolve(largest), told);
        }
        if (!set.within(told.size())) {
            throw RefusedException.bad("no message has that number");
        }
        return Positions.ofNumbers(set.resolve(told.size()), told.size());
    }

    /// The same for SEARCH, where a number that there is not matches nothing.
    Positions searched(SequenceSet set, boolean uid) {
        if (set.saved()) {
            return Positions.ofUids(saved, told);
        }
        if (uid) {
            long largest = told.size() == 0 ? 0 : told.uid(told.size() - 1);
            return Positions.ofUids(set.resolve(largest), told);
        }
        return Positions.ofNumbers(set.resolve(told.size()), told.size());
    }

    /// How changes are told: which words this session knows.
    ///
    /// @param uid with UID
    /// @param modSeq with MODSEQ
    /// @param expunges EXPUNGE may be told now
    record Manner(boolean uid, boolean modSeq, boolean expunges) {}

    /// Flags that the running command has told already.
    interface Known {
        Known NOTHING = (_, _) -> false;

        boolean covers(long uid, long modSeq);

        /// Those UIDs as they were in that version: what changed behind it is news, even of those.
        static Known of(LongPredicate uids, MailboxState version) {
            return (uid, modSeq) -> {
                int position = version.position(uid);
                return position >= 0 && version.modSeq(position) == modSeq && uids.test(uid);
            };
        }
    }

    /// Tells what happened since the last time, but what is known.
    void tell(Outgoing out, Manner manner, Known known) throws IOException {
        MailboxState newest = open.state();
        if (newest.equals(told)) {
            return;
        }
        MailboxChanges changes =
                told instanceof ToldBefore before ? before.changes(newest) : open.changes(told, newest);
        if (!changes.expunged().isEmpty() && !manner.expunges()) {
            return;
        }
        int left = told.size();
        for (UidRange range : changes.expunged()) {
            Positions gone = Positions.ofUids(List.of(range), told);
            for (int i = 0; i < gone.ranges(); i++) {
                for (int position = gone.first(i); position <= gone.last(i); position++) {
                    // those before it are gone already: each is one less
                    int number = position + 1 - (told.size() - left);
                    out.text("* ").number(number).text(" EXPUNGE\r\n");
                    left--;
                }
            }
        }
        if (newest.size() != left) {
            out.text("* ").number(newest.size()).text(" EXISTS\r\n");
        }
        told = newest;
        tellKeywords(out);
        for (UidRange range : changes.changed()) {
            Positions touched = Positions.ofUids(List.of(range), newest);
            for (int i = 0; i < touched.ranges(); i++) {
                for (int position = touched.first(i); position <= touched.last(i); position++) {
                    long uid = newest.uid(position);
                    if (!known.covers(uid, newest.modSeq(position))) {
                        flags(out, position, newest.flags(position), newest.modSeq(position), manner);
                    }
                }
            }
        }
    }

    private void flags(Outgoing out, int position, Flags flags, long modSeq, Manner manner) throws IOException {
        out.text("* ").number(position + 1L).text(" FETCH (");
        if (manner.uid()) {
            out.text("UID ").number(told.uid(position)).text(" ");
        }
        if (manner.modSeq()) {
            out.text("MODSEQ (").number(modSeq).text(") ");
        }
        out.text("FLAGS (").text(flags.toString()).text("))\r\n");
    }

    /// New keywords are told before they are used; RFC 9051 section 7.3.5.
    void tellKeywords(Outgoing out) throws IOException {
        int keywords = open.state().keywords().size();
        if (keywords != toldKeywords) {
            toldKeywords = keywords;
            keywords(out);
        }
    }

    /// FLAGS and PERMANENTFLAGS.
    void keywords(Outgoing out) throws IOException {
        StringBuilder flags = new StringBuilder("\\Answered \\Flagged \\Deleted \\Seen \\Draft");
        for (String keyword : open.state().keywords()) {
            flags.append(' ').append(keyword);
        }
        out.text("* FLAGS (").text(flags.toString()).text(")\r\n");
        out.text("* OK [PERMANENTFLAGS (")
                .text(readOnly ? "" : flags + " \\*")
                .text(readOnly ? ")] Read only\r\n" : ")] Keywords are yours to make\r\n");
    }

    @Override
    public void close() {
        open.close();
    }
}
