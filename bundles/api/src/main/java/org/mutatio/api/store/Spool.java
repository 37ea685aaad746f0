package org.mutatio.api.store;

import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;
import org.osgi.annotation.versioning.ProviderType;

/// Octets on their way in; used by one thread. Hashes while it takes.
@ProviderType
public interface Spool extends AutoCloseable {

    /// Takes what remains in the buffer.
    ///
    /// @throws StoreUnavailableException disk full: 452 4.3.1; what was taken is gone with [#close]
    void write(ByteBuffer octets) throws StoreUnavailableException;

    long size();

    /// No more octets come. Read it as often as you like until [#close]; then commit may have taken it over.
    Octets content() throws StoreUnavailableException;

    /// SHA-256 of all octets, after [#content]; read-only, 32 octets.
    ByteBuffer sha256();

    /// Frees memory or file; what a commit took stays. Idempotent.
    @Override
    void close();
}
