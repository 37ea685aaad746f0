package org.mutatio.store.port;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.store.SpecialUse;

/// The folder of one account, to be read.
interface AccountFolder {

    /// Its mailboxes, INBOX first; what cannot be one is told to the report.
    List<Mailbox> mailboxes(PortReport report) throws IOException;

    /// Names that are subscribed, whether there is such a mailbox or not.
    List<String> subscriptions() throws IOException;

    /// One mailbox.
    interface Mailbox {

        String name();

        default Optional<SpecialUse> role() {
            return Optional.empty();
        }

        /// For our own format: what makes UIDs mean the same in another store.
        default Optional<Numbers> numbers() {
            return Optional.empty();
        }

        /// For our own format: tells UID, size and hash of each message, without reading one.
        default void survey(Surveyor surveyor) throws IOException {}

        /// Tells each message in order, one after the other; what is broken is told to the report.
        ///
        /// @throws StoppedException what the visitor threw
        void read(Visitor visitor, PortReport report) throws IOException, StoppedException;
    }

    /// @param highestModSeq the store goes on above it, since clients may ask for what changed since
    record Numbers(long uidValidity, long uidNext, long highestModSeq) {}

    /// Told of each line of an index.
    @FunctionalInterface
    interface Surveyor {
        void line(long uid, long size, String sha256);
    }

    /// Told of each message.
    @FunctionalInterface
    interface Visitor {
        void visit(IncomingMessage message) throws IOException, StoppedException;
    }
}
