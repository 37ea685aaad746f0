package org.mutatio.sdk.filter;

import java.time.Instant;
import org.mutatio.sdk.mail.Domain;
import org.osgi.annotation.versioning.ProviderType;

/// What surrounds one call of a filter.
@ProviderType
public interface FilterContext {

    /// `[filters.<name>]` of the policy that rules this call, inherited and checked, as a record.
    <T extends Record> T settings(Class<T> type);

    /// The domain whose policy rules this call; the sender's own for submission, `_default` before there is one.
    Domain domain();

    /// When the call will be given up.
    Instant deadline();

    /// The clock to use.
    Instant now();

    /// A line for the trace, at most 200 characters and 20 lines a call; no bodies, no secrets.
    void note(String text);
}
