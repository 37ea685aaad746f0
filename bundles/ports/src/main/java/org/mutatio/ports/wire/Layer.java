package org.mutatio.ports.wire;

import java.io.IOException;
import java.nio.ByteBuffer;

/// One storey of a connection: octets in and out. Used by the session's thread alone.
interface Layer {

    /// Reads at least one octet; the octets go straight into the caller's array when nothing is buffered.
    ///
    /// @param millis how long to wait, at least 1
    /// @return -1 at the end
    /// @throws java.net.SocketTimeoutException nothing came; one may read again, nothing is lost
    int read(byte[] into, int offset, int length, int millis) throws IOException;

    /// True when a read would not wait: octets of this storey, or the end, are there. Looks only at what is
    /// buffered here and below, never at the network.
    boolean ready() throws IOException;

    /// Octets that are buffered and readable at once.
    int buffered();

    /// The peer has ended and all of its octets were read.
    boolean ended();

    /// Writes all that remains in the buffer, down to the network.
    void write(ByteBuffer octets) throws IOException;

    /// Drops every buffer that holds nothing; called before a long wait.
    void trim();
}
