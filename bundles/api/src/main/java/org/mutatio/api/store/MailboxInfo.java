package org.mutatio.api.store;

import java.util.Optional;

/// What LIST, STATUS and SELECT tell of a mailbox without opening it.
///
/// @param id never used twice; 0 for a name that only has children or is only subscribed (not selectable)
/// @param name NFC, hierarchy delimiter `/`, INBOX in capitals
/// @param unseen without \Seen
/// @param deleted with \Deleted
/// @param size octets of all messages, RFC 8438
public record MailboxInfo(
        long id,
        long account,
        String name,
        long uidValidity,
        long uidNext,
        long highestModSeq,
        long messages,
        long unseen,
        long deleted,
        long size,
        Optional<SpecialUse> role,
        boolean subscribed) {

    /// Whether SELECT works.
    public boolean selectable() {
        return id != 0;
    }
}
