package org.mutatio.sdk.mail;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/// A message on its way, as one filter call sees it. Received octets never change: changes are [Edits] on top, and each
/// filter sees those of the filters before it in [#headers].
@ProviderType
public interface Mail {

    MailId id();

    Peer peer();

    Envelope envelope();

    /// As received, before any edit.
    Octets octets();

    /// The header block with the edits made so far.
    Headers headers();

    /// The root of the MIME tree, as received or as last replaced.
    Part root();

    Attachments attachments();

    /// What this filter wants changed; only what its `changes` declare is taken.
    Edits edits();

    /// A typed fact that another filter left.
    <T> Optional<T> fact(Class<T> type);

    /// Leaves a fact for the filters behind; one of each type, the last wins. Types of the JDK, the SDK or this
    /// bundle's own: nothing of it outlives the transaction.
    <T> void addFact(Class<T> type, T fact);

    /// The whole as `jakarta.mail.internet.MimeMessage` for those who like it (reading only).
    ///
    /// @param type `MimeMessage.class`, so that the SDK itself needs no Jakarta Mail
    /// @throws IllegalArgumentException for another type, or when the bundle for Jakarta Mail is not there
    <T> T as(Class<T> type);
}
