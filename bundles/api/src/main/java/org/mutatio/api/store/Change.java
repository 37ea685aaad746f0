package org.mutatio.api.store;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.mutatio.api.trace.Trace;
import org.mutatio.sdk.mail.MailId;

/// What a session wants; the committer decides it against the head. We switch over it, sessions make it.
///
/// @param <R> what it answers when it was done
public sealed interface Change<R> {

    /// A message arrives: octets, mailboxes, queue entries and trace in one record.
    ///
    /// @param received when it came in
    /// @param content its received octets; read during the commit, not closed by it
    /// @param outcomes at least one unless discarded; each a rope with who gets it
    /// @param trace why
    /// @param fingerprint when a repeat shall be recognised (SMTP, LMTP); empty for APPEND
    record Deliver(
            MailId id,
            Instant received,
            Spool content,
            List<Outcome> outcomes,
            Trace trace,
            Optional<Fingerprint> fingerprint)
            implements Change<Delivered> {
        public Deliver {
            outcomes = List.copyOf(outcomes);
        }
    }

    /// One distinct form of the message and where it goes.
    ///
    /// @param rope slices, in order
    /// @param summary of the rope, by org.mutatio.mime; read-only
    record Outcome(List<Slice> rope, ByteBuffer summary, List<Placement> placements, List<QueueEntry> queue) {
        public Outcome {
            rope = List.copyOf(rope);
            placements = List.copyOf(placements);
            queue = List.copyOf(queue);
        }
    }

    /// A piece of a rope.
    sealed interface Slice {

        /// Octets of ours: new header fields, a replaced part; read-only, at most the message limit.
        record New(ByteBuffer octets) implements Slice {}

        /// A range of the received octets.
        record Received(long offset, long length) implements Slice {}
    }

    /// One mailbox that gets the message.
    ///
    /// @param mailbox which; a role or name that is missing is made in the same record
    /// @param flags at arrival
    /// @param internalDate RFC 9051 section 2.3.3
    /// @param quota octets that the account may hold with this message in it, counted where the change is
    ///     ordered: above it OVERQUOTA, and nothing of the whole change happened; empty: no limit
    record Placement(long account, Place mailbox, Flags flags, Instant internalDate, OptionalLong quota) {

        /// Without a limit.
        public Placement(long account, Place mailbox, Flags flags, Instant internalDate) {
            this(account, mailbox, flags, internalDate, OptionalLong.empty());
        }
    }

    /// Names a mailbox of the account.
    sealed interface Place {
        record Id(long mailbox) implements Place {}

        record Role(SpecialUse role) implements Place {}

        record Name(String name) implements Place {}
    }

    /// Outbound mail; RFC 3461 parameters as given by the client.
    ///
    /// @param lane transport and destination
    /// @param sender MAIL FROM without brackets; empty for `<>`
    /// @param recipients at least one
    /// @param attributes further words for delivery: `ret`, `envid`, `smtputf8`, `body`, `requiretls`, `tls`,
    ///     `holdfor`, `by`
    /// @param held nobody tries it before it was released
    record QueueEntry(
            String lane,
            String sender,
            List<QueueRecipient> recipients,
            Instant notBefore,
            Instant expires,
            java.util.Map<String, String> attributes,
            boolean held) {

        /// One that waits for `notBefore` only.
        public QueueEntry(
                String lane,
                String sender,
                List<QueueRecipient> recipients,
                Instant notBefore,
                Instant expires,
                java.util.Map<String, String> attributes) {
            this(lane, sender, recipients, notBefore, expires, attributes, false);
        }

        public QueueEntry {
            recipients = List.copyOf(recipients);
            attributes = java.util.Map.copyOf(attributes);
        }
    }

    /// @param notifyOn NOTIFY's words joined by a comma; empty when not given
    /// @param original ORCPT as given; empty when not given
    record QueueRecipient(String address, String notifyOn, String original) {}

    /// @param id of the mail; of the first one for a repeat
    /// @param repeat the fingerprint was known: nothing new was kept
    record Delivered(MailId id, boolean repeat, List<Placed> placed, List<Long> queue) {
        public Delivered {
            placed = List.copyOf(placed);
            queue = List.copyOf(queue);
        }
    }

    record Placed(long mailbox, long uidValidity, long uid) {}

    /// STORE: RFC 9051 section 6.4.6, RFC 7162 section 3.1.3. UIDs that are not there are ignored.
    ///
    /// @param unchangedSince only messages whose MODSEQ is not above it
    record StoreFlags(long mailbox, List<UidRange> uids, FlagMode mode, Flags flags, OptionalLong unchangedSince)
            implements Change<FlagsStored> {
        public StoreFlags {
            uids = List.copyOf(uids);
        }
    }

    enum FlagMode {
        SET,
        ADD,
        REMOVE
    }

    /// @param modSeq of this change; 0 when nothing changed
    /// @param changed UIDs whose flags were touched
    /// @param modified UIDs left alone since their MODSEQ was above `unchangedSince`
    record FlagsStored(long modSeq, List<UidRange> changed, List<UidRange> modified) {
        public FlagsStored {
            changed = List.copyOf(changed);
            modified = List.copyOf(modified);
        }
    }

    /// COPY, RFC 9051 section 6.4.7; or MOVE, RFC 6851, when `move`: in one record. UIDs that are not there are
    /// ignored.
    ///
    /// @param quota limit of the target's account, when it has one: else OVERQUOTA
    record Copy(long from, List<UidRange> uids, long to, boolean move, OptionalLong quota) implements Change<Copied> {
        public Copy {
            uids = List.copyOf(uids);
        }
    }

    /// @param sources and targets in the same order and of the same length in all; both empty when nothing was there
    record Copied(long uidValidity, List<UidRange> sources, List<UidRange> targets, long modSeq) {
        public Copied {
            sources = List.copyOf(sources);
            targets = List.copyOf(targets);
        }
    }

    /// EXPUNGE, UID EXPUNGE, CLOSE: removes those that have \Deleted.
    ///
    /// @param uids only among these; empty list: all
    record Expunge(long mailbox, List<UidRange> uids) implements Change<Expunged> {
        public Expunge {
            uids = List.copyOf(uids);
        }
    }

    record Expunged(List<UidRange> uids, long modSeq) {
        public Expunged {
            uids = List.copyOf(uids);
        }
    }

    /// @param role given with USE (RFC 6154); refused USEATTR when another mailbox has it
    record CreateMailbox(long account, String name, Optional<SpecialUse> role) implements Change<MailboxInfo> {}

    /// INBOX moves its messages instead, RFC 9051 section 6.3.6. Children go along.
    record RenameMailbox(long account, String from, String to) implements Change<MailboxInfo> {}

    /// With children it stays as a name that cannot be selected; INBOX is refused CANNOT.
    record DeleteMailbox(long account, String name) implements Change<Done> {}

    /// SUBSCRIBE and UNSUBSCRIBE, also of names that are no mailbox.
    record Subscribe(long account, String name, boolean subscribed) implements Change<Done> {}

    /// Makes an account (id 0: a new one, with INBOX and the mailboxes of all roles) or replaces what is stored of it.
    record SaveAccount(StoredAccount account) implements Change<StoredAccount> {}

    /// With all its mailboxes.
    record DeleteAccount(long account) implements Change<Done> {}

    /// A policy set came into force; kept for explain and restart.
    record PolicyDeployed(long version, String sha256, String summary) implements Change<Done> {}

    /// A key was made or retired; the key itself is a file.
    record KeyCreated(String domain, String selector, String algorithm, String fingerprint) implements Change<Done> {}

    /// What runs, as the deployer records it; opaque text.
    record DeploymentRecorded(String text) implements Change<Done> {}

    /// Holds, releases, retries at once, or drops queue entries.
    record ChangeQueue(List<Long> entries, QueueAction action, String reason) implements Change<Done> {
        public ChangeQueue {
            entries = List.copyOf(entries);
        }
    }

    enum QueueAction {
        HOLD,
        RELEASE,
        RETRY,
        DROP
    }

    /// Takes over the lease of that name; answers its fence, above all handed out before. For the store itself:
    /// others call [Leases#acquire].
    record AcquireLease(String name, long bundle) implements Change<Long> {}

    record Done() {}
}
