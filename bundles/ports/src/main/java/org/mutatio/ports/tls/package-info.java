/// Certificates and TLS profiles: [CertificateFolder] reads, [Certificates] finds one by server name, [ServerTls]
/// makes engines.
@NullMarked
package org.mutatio.ports.tls;

import org.jspecify.annotations.NullMarked;
