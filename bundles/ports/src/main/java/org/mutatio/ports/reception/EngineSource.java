package org.mutatio.ports.reception;

import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.mutatio.ports.tls.TlsProfile;

/// Where TLS engines come from.
public interface EngineSource {

    /// A server's engine, not begun.
    ///
    ///
    /// @param serverName as the client said it, where that is known already
    SSLEngine engine(TlsProfile profile, @Nullable String serverName);
}
