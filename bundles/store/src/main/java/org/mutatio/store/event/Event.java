package org.mutatio.store.event;

import java.util.List;
import java.util.Map;
import org.mutatio.api.store.Flags;

/// A decided change; always applies. Times are epoch milliseconds unless a name says seconds.
public sealed interface Event {

    /// A message: who gets which form of it, and why.
    ///
    /// @param id the mail id
    /// @param size octets received
    /// @param blob file of the received octets (name in `data/blobs`); empty: they are the record's second
    ///     part
    /// @param fingerprint hex, or empty
    /// @param created mailboxes made for it
    record MailAccepted(
            String id,
            long received,
            long size,
            String blob,
            String fingerprint,
            List<MailboxCreated> created,
            List<Form> forms,
            StoredTrace trace)
            implements Event {}

    /// One form of the message.
    ///
    /// @param slices in order
    /// @param size octets of the whole
    @SuppressWarnings("ArrayRecordComponent") // octets of a format
    record Form(List<Piece> slices, long size, byte[] summary, List<Placed> placed, List<Queued> queued) {}

    /// Octets of ours, or a range of the received ones when `octets` is empty and `length` is not 0.
    @SuppressWarnings("ArrayRecordComponent") // octets of a format
    record Piece(byte[] octets, long offset, long length) {}

    record Placed(long account, long mailbox, long uid, int flags, List<String> keywords, long dateSeconds) {
        public Flags asFlags() {
            return Event.flags(flags, keywords);
        }
    }

    /// @param held nobody tries it before it was released; records from before that field have it false
    record Queued(
            long id,
            String lane,
            String sender,
            List<QueuedRecipient> recipients,
            long notBefore,
            long expires,
            Map<String, String> attributes,
            boolean held) {}

    record QueuedRecipient(String address, String notifyOn, String original) {}

    /// @param role name of the SpecialUse, or empty
    record MailboxCreated(long id, long account, String name, long uidValidity, String role) implements Event {}

    /// @param names new name by mailbox id
    record MailboxRenamed(long account, Map<Long, String> names) implements Event {}

    /// @param keepName children are left: the name stays, without a mailbox
    record MailboxDeleted(long id, long account, boolean keepName) implements Event {}

    record Subscribed(long account, String name, boolean subscribed) implements Event {}

    /// @param unseen by how much the counter of unseen messages changes; likewise the one of deleted ones
    record FlagsChanged(long mailbox, List<FlagGroup> groups, long unseen, long deleted) implements Event {}

    /// All these UIDs have these flags now; ranges as pairs of first and last.
    record FlagGroup(int flags, List<String> keywords, List<Long> uids) {
        public Flags asFlags() {
            return Event.flags(flags, keywords);
        }
    }

    record Copied(long from, long to, boolean move, List<CopiedMessage> messages) implements Event {}

    /// @param mail sequence of its MailAccepted
    /// @param form which form of it
    record CopiedMessage(
            long source, long uid, long mail, int form, int flags, List<String> keywords, long size, long dateSeconds) {
        public Flags asFlags() {
            return Event.flags(flags, keywords);
        }
    }

    /// @param uids pairs of first and last
    /// @param messages how many, by how much the counters sink
    record Expunged(long mailbox, List<Long> uids, long messages, long unseen, long deleted, long octets)
            implements Event {}

    record AccountSaved(
            long id,
            String address,
            String displayName,
            List<String> credentials,
            long quota,
            boolean enabled,
            long created,
            List<MailboxCreated> mailboxes)
            implements Event {}

    record AccountDeleted(long id, List<Long> mailboxes) implements Event {}

    record PolicyDeployed(long version, String sha256, String summary) implements Event {}

    record KeyCreated(String domain, String selector, String algorithm, String fingerprint) implements Event {}

    record DeploymentRecorded(String text) implements Event {}

    /// @param state `waiting`, `held` or `dropped`
    /// @param nextAttempt 0: unchanged
    record QueueChanged(List<Long> entries, String state, long nextAttempt, String reason) implements Event {}

    record LeaseTaken(String name, long fence, long bundle) implements Event {}

    /// Answers that were read: their fingerprints may be forgotten.
    record AnswersRead(List<String> fingerprints) implements Event {}

    /// The state was brought back to what it was after `sequence`; numbers go on above all that were handed out since.
    ///
    /// @param uidValidity the new UIDVALIDITY by mailbox id: of each whose state may have gone back
    record Restored(long sequence, Map<Long, Long> uidValidity) implements Event {}

    /// A mail's record was written once more, with the same octets, so that its old segment can go.
    ///
    /// @param mail sequence of its MailAccepted: the mail keeps that number
    record RecordMoved(long mail, MailAccepted accepted) implements Event {}

    /// A mailbox was given numbers that it had elsewhere, so that its clients know its messages again (format 2).
    record MailboxNumbered(long mailbox, long uidValidity, long uidNext) implements Event {}

    /// From now on these records are blank, and were never wanted again: a header of ours stands in for each
    /// (format 2).
    record Erased(List<Blanked> records) implements Event {}

    /// @param record sequence of a MailAccepted or RecordMoved
    /// @param sha256 of the header that stands in for its own
    @SuppressWarnings("ArrayRecordComponent") // octets of a format
    record Blanked(long record, byte[] sha256) {}

    /// What is left of a mail that was erased: where it lay, so that a replay counts as before.
    static MailAccepted blank(MailAccepted mail) {
        return new MailAccepted(
                mail.id(),
                0,
                mail.size(),
                "",
                "",
                mail.created(),
                mail.forms().stream().map(Event::blank).toList(),
                new StoredTrace("", 0, "", "", "", "", List.of(), "", 0, "", List.of()));
    }

    private static Form blank(Form form) {
        return new Form(
                List.of(),
                form.size(),
                new byte[0],
                form.placed().stream()
                        .map(placed -> new Placed(
                                placed.account(), placed.mailbox(), placed.uid(), placed.flags(), List.of(), 0))
                        .toList(),
                form.queued().stream()
                        .map(queued -> new Queued(queued.id(), "", "", List.of(), 0, 0, Map.of(), queued.held()))
                        .toList());
    }

    /// Flags from bits and words.
    static Flags flags(int system, List<String> keywords) {
        return keywords.isEmpty() ? Flags.of(system) : new Flags(system, new java.util.TreeSet<>(keywords));
    }
}
