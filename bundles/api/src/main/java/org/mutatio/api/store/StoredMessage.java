package org.mutatio.api.store;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.osgi.annotation.versioning.ProviderType;

/// One message of a mailbox, apart from what [MailboxState] has.
@ProviderType
public interface StoredMessage {

    long uid();

    MailId mailId();

    Instant internalDate();

    /// The rope: what FETCH gives.
    Octets octets();

    /// Octets of org.mutatio.mime's Summary for the rope; read-only, always parseable by the version of the store's
    /// copy (an unknown version byte: rebuild from [#octets]).
    ByteBuffer summary() throws java.io.IOException;
}
