package org.mutatio.api.pipeline;

import org.osgi.annotation.versioning.ProviderType;

/// Runs filters and policies over mail, whatever way it comes in; given by `pipeline`.
@ProviderType
public interface Pipeline {

    /// A connection began. The session asks the live pipeline anew for each of its steps, a transaction stays with the
    /// one that began it.
    Session open(SessionFacts facts);
}
