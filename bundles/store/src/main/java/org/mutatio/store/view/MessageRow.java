package org.mutatio.store.view;

import org.mutatio.api.store.Flags;

/// One message of a mailbox, as it lies in a chunk.
///
/// @param mail sequence of its MailAccepted
/// @param form which form of it
public record MessageRow(long uid, long modSeq, Flags flags, long octets, long dateSeconds, long mail, int form) {

    MessageRow with(Flags other, long sequence) {
        return new MessageRow(uid, sequence, other, octets, dateSeconds, mail, form);
    }
}
