package org.mutatio.store;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Spool;
import org.mutatio.api.trace.Trace;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;

/// A mail as it comes in, kept as it is in one mailbox: for tests that care for no more of it.
final class Mails {

    private Mails() {}

    static void deliver(LocalStore store, MailId id, Instant now, byte[] octets, Change.Placement placement)
            throws Exception {
        try (Spool spool = store.spool()) {
            spool.write(ByteBuffer.wrap(octets));
            Octets _ = spool.content();
            Change.Delivered _ = store.commit(new Change.Deliver(
                    id,
                    now,
                    spool,
                    List.of(new Change.Outcome(
                            List.of(new Change.Slice.Received(0, octets.length)),
                            ByteBuffer.allocate(0),
                            List.of(placement),
                            List.of())),
                    new Trace(id, now, "s", "mx", "192.0.2.7", "", List.of(), Optional.empty(), 1, "kept", List.of()),
                    Optional.empty()));
        }
    }
}
