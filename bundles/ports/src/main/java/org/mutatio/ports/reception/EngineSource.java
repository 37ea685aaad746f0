package org.mutatio.ports.reception;

import java.io.IOException;
import javax.net.ssl.SSLEngine;

/// Where TLS engines come from.
public interface EngineSource {

    /// A server's engine, not begun.
    ///
    /// @param strangers tolerant profile (`mx`): mail in weak encryption is better than mail in none
    /// @throws IOException no certificate
    SSLEngine engine(boolean strangers) throws IOException;
}
