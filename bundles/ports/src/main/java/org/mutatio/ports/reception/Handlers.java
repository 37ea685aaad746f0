package org.mutatio.ports.reception;

import java.time.Duration;
import java.util.Optional;
import org.mutatio.net.ConnectionHandler;

/// Who speaks a protocol now.
public interface Handlers {

    /// The live handler; waits for one while there is none.
    Optional<ConnectionHandler> lend(String protocol, Duration wait);

    /// Whether a handler is still the live one; false for one that is being replaced or has gone.
    boolean live(ConnectionHandler handler);
}
