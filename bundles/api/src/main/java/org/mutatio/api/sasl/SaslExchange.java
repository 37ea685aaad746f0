package org.mutatio.api.sasl;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/// One running authentication; used by one thread.
@ProviderType
public interface SaslExchange {

    /// The client's next octets, base64 taken off; the initial response counts as the first one. Without an initial
    /// response begin with an empty buffer when [#clientFirst] is false or send an empty challenge when it is true.
    SaslStep respond(ByteBuffer response);

    /// Whether the mechanism begins with the client's octets (PLAIN, SCRAM), so that an empty challenge asks for them.
    boolean clientFirst();
}
