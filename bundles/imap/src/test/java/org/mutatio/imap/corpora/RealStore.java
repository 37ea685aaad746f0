package org.mutatio.imap.corpora;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.imap.session.ImapSettings;
import org.mutatio.imap.talk.House;
import org.mutatio.store.LocalStore;

/// The real store in a folder of a test.
final class RealStore implements AutoCloseable {
    private final LocalStore store;
    private final InstantSource clock = InstantSource.system();

    RealStore(Path folder) throws IOException {
        store = LocalStore.open(
                folder,
                LocalStore.Settings.defaults(),
                clock,
                (reason, cause) -> {
                    throw new IllegalStateException(reason, cause);
                },
                new Meters());
    }

    /// A server over it whose Ann and Bo are new accounts.
    House house(String name) throws RefusedChangeException, StoreUnavailableException {
        return new House(ImapSettings.DEFAULTS, store, account("ann-" + name), account("bo-" + name));
    }

    private long account(String name) throws RefusedChangeException, StoreUnavailableException {
        return store.commit(new Change.SaveAccount(new StoredAccount(
                        0, name + "@example.com", "", List.of(), OptionalLong.empty(), true, clock.instant())))
                .id();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
