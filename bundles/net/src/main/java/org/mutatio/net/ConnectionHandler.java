package org.mutatio.net;

import java.io.IOException;
import java.nio.ByteBuffer;
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

    /// Whether [#resume] understands what another version gave to [Connection#handOver]. Quick; has no side effect.
    ///
    /// @param state read-only
    default boolean resumes(ByteBuffer state) {
        return false;
    }

    /// Goes on with a conversation that another version of this handler began, as [#handle] does; asked only for a
    /// state of which [#resumes] said true.
    ///
    /// @param state read-only
    default void resume(Connection connection, ByteBuffer state) throws IOException {
        throw new IOException("a conversation handed over that was never agreed to");
    }
}
