package org.mutatio.net;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/// Speaks one protocol; a service with the property `protocol` (`smtp`, `imap`), found by `ports`.
@ConsumerType
public interface ConnectionHandler {

    /// Service property: the listener's `protocol` that this handler speaks.
    String PROTOCOL = "protocol";

    /// Holds the whole conversation and returns when it is over; `ports` closes the connection then. Runs on a virtual
    /// thread of its own.
    ///
    /// @throws IOException the peer went away; `ports` logs one line without a stack trace
    void handle(Connection connection) throws IOException;
}
