package org.mutatio.api.policy;

import org.osgi.annotation.versioning.ProviderType;

/// Gives the policy set in force; given by `router`.
@ProviderType
public interface Policies {

    /// The last good set. A transaction takes it once, at MAIL, and keeps it to its end.
    PolicySet current();

    /// Told after each change of the set; quick.
    AutoCloseable listen(Runnable changed);
}
