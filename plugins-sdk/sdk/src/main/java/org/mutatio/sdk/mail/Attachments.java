package org.mutatio.sdk.mail;

import java.util.List;
import org.mutatio.sdk.settings.DataSize;
import org.osgi.annotation.versioning.ProviderType;

/// The leaves of the MIME tree that are attachments: those with `Content-Disposition: attachment` or a file name, and
/// all that are neither text nor multipart; also inside attached messages.
@ProviderType
public interface Attachments {

    List<Part> all();

    /// Sum of [Part#decodedSize].
    DataSize totalSize();
}
