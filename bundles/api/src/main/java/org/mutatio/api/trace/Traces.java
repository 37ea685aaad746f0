package org.mutatio.api.trace;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.mutatio.sdk.mail.MailId;
import org.osgi.annotation.versioning.ProviderType;

/// Keeps and finds traces; given by `store`. Traces of accepted mail come in with the commit; only the others are
/// recorded here.
@ProviderType
public interface Traces {

    /// Keeps the trace of something refused; never waits for a disk, never throws: beyond a rate or 1 GiB a day it is
    /// only counted.
    void record(Trace trace);

    Optional<Trace> find(MailId id);

    /// Newest first.
    List<Trace> find(Query query);

    /// @param text a Message-ID (with or without brackets), a recipient, a sender or a client address
    /// @param since not older than that
    /// @param most how many at the most
    record Query(String text, Instant since, int most) {}
}
