package org.mutatio.sdk.mail;

import org.osgi.annotation.versioning.ProviderType;

/// One accepted RCPT.
@ProviderType
public interface Recipient {

    /// As the client wrote it.
    MailAddress address();

    /// The domain whose policy rules it (an alias domain's main name).
    Domain policyDomain();
}
