package org.mutatio.api.store;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.osgi.annotation.versioning.ProviderType;

/// One journal; everything else is a view of it. Given by `store`.
@ProviderType
public interface MailStore {

    /// Takes octets on their way in: in memory up to 64 KiB and within the process budget, else in a spool file.
    ///
    /// @throws StoreUnavailableException disk full (452 4.3.1) or the store is going down
    Spool spool() throws StoreUnavailableException;

    /// Decides, makes durable, applies; returns when all three are done (the third is not waited for longer than 2 s:
    /// durable is kept). While the store is swapped this waits.
    ///
    /// @throws RefusedChangeException the change does not fit the state: nothing happened
    /// @throws StoreUnavailableException nothing was kept, or (only when it says so) it is not known
    <R> R commit(Change<R> change) throws RefusedChangeException, StoreUnavailableException;

    /// Whether a new message can be taken now: room on the disk for twice its size, index not too far behind.
    ///
    /// @throws StoreUnavailableException with the reply to give at MAIL: 452 4.3.1
    void admit(long size) throws StoreUnavailableException;

    /// The first id of a message that was answered 250 within the last 24 h and whose answer nobody read.
    Optional<MailId> repeated(Fingerprint fingerprint);

    /// The answer to that mail was read (another octet came, or an orderly close): the same octets again are a second
    /// message. Cheap, waits for nothing.
    void answerRead(MailId id);

    /// Octets left of the account's quota (held in the head: exact); empty: no quota.
    ///
    /// @param limit the quota that rules it, from account or policy
    boolean fits(long account, long more, OptionalLong limit) throws StoreUnavailableException;

    /// Octets and messages that count against the quota.
    Usage usage(long account) throws StoreUnavailableException;

    record Usage(long octets, long messages) {}

    /// All mailboxes of an account, INBOX first, then by name; counters held, not counted.
    List<MailboxInfo> mailboxes(long account) throws StoreUnavailableException;

    /// By name as stored (NFC; INBOX in capitals).
    Optional<MailboxInfo> mailbox(long account, String name) throws StoreUnavailableException;

    /// Opens a mailbox for a session; the caller closes it. Expunged messages stay readable through it until then.
    ///
    /// @throws RefusedChangeException NONEXISTENT
    OpenMailbox open(long mailbox) throws RefusedChangeException, StoreUnavailableException;

    /// The octets received for a mail, before any edit, as long as its trace is kept.
    Optional<Octets> original(MailId id) throws StoreUnavailableException;

    /// Accounts as stored; see [StoredAccount].
    Optional<StoredAccount> account(String address) throws StoreUnavailableException;

    List<StoredAccount> accounts() throws StoreUnavailableException;

    /// Sequence of the last durable record.
    long sequence();
}
