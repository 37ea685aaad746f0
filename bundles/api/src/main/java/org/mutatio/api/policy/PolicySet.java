package org.mutatio.api.policy;

import java.util.List;
import java.util.Optional;
import org.mutatio.sdk.mail.Domain;
import org.osgi.annotation.versioning.ProviderType;

/// All policies, as loaded at one moment; immutable, and so is all that hangs on it.
@ProviderType
public interface PolicySet {

    /// Grows with each load; 1 is the first one.
    long version();

    /// The policy of a domain of ours, also by an alias name; empty: not ours. Takes the same time for 1 or 10,000.
    Optional<Policy> of(Domain domain);

    /// `_default.toml`: what rules before a recipient's domain is known.
    Policy defaults();

    /// Main names of our domains, sorted.
    List<Domain> domains();
}
