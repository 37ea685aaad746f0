package org.mutatio.api.store;

import org.osgi.annotation.versioning.ProviderType;

/// One immutable version of a mailbox: arrays by position, UIDs ascending. Positions count from 0 here (message
/// sequence number less one).
@ProviderType
public interface MailboxState {

    long mailbox();

    long uidValidity();

    long uidNext();

    long highestModSeq();

    int size();

    long uid(int position);

    /// Interned: equal flags of a mailbox are the same object.
    Flags flags(int position);

    long modSeq(int position);

    /// RFC822.SIZE.
    long octets(int position);

    /// INTERNALDATE as epoch seconds.
    long internalDate(int position);

    /// Position of a UID, or `-(insertion point) - 1` as of a binary search.
    int position(long uid);

    /// Keywords in use or once used here, for FLAGS and PERMANENTFLAGS.
    java.util.SortedSet<String> keywords();

    /// The mailbox was deleted: nothing more comes.
    boolean deleted();
}
