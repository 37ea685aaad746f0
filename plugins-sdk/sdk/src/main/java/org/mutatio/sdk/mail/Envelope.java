package org.mutatio.sdk.mail;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/// The envelope as far as the session got.
@ProviderType
public interface Envelope {

    ReversePath sender();

    /// Accepted so far, in the order of RCPT; an immutable copy.
    List<Recipient> recipients();

    /// The SIZE parameter; 0 when none was given.
    long declaredSize();

    /// Whether the client asked for SMTPUTF8.
    boolean smtpUtf8();
}
