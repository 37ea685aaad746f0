package org.mutatio.api.queue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.osgi.annotation.versioning.ProviderType;

/// Reads the queue; changes go through [org.mutatio.api.store.Change.ChangeQueue]. Given by `store`.
@ProviderType
public interface Queue {

    /// Oldest first.
    ///
    /// @param lane only this lane
    /// @param after entry ids above this one, for paging
    List<Entry> list(Optional<String> lane, long after, int most) throws StoreUnavailableException;

    Optional<Entry> find(long id) throws StoreUnavailableException;

    /// Entries of one mail.
    List<Entry> of(MailId mail) throws StoreUnavailableException;

    /// What would be sent.
    Octets octets(long id) throws StoreUnavailableException, java.io.IOException;

    /// How many entries each lane has.
    Map<String, Long> lanes() throws StoreUnavailableException;

    /// @param state `waiting`, `held`
    record Entry(
            long id,
            MailId mail,
            String lane,
            String sender,
            List<String> recipients,
            String state,
            int attempts,
            Instant queued,
            Instant nextAttempt,
            Instant expires,
            long size,
            String lastResult,
            Map<String, String> attributes) {
        public Entry {
            recipients = List.copyOf(recipients);
            attributes = Map.copyOf(attributes);
        }
    }
}
