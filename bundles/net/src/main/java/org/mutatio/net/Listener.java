package org.mutatio.net;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/// One `[[listener]]` of mutatio.toml.
@ProviderType
public interface Listener {

    /// Unique name, for logs and the vault: `mx`, `submission`, `imaps`.
    String name();

    /// Which [ConnectionHandler] is wanted: `smtp` or `imap`.
    String protocol();

    /// The role within the protocol: `mx`, `submission` or `lmtp` for smtp; empty for imap.
    String role();

    /// TLS from the first octet on.
    boolean implicitTls();

    /// STARTTLS may be offered: not implicit and a certificate is there.
    boolean startTls();

    /// AUTH and LOGIN may be offered without TLS; only ever true on a loopback listener that says so.
    boolean plaintextAuth();

    /// Further keys of the `[[listener]]` table, as text, for the protocol bundle.
    Map<String, String> settings();
}
