package org.mutatio.api.state;

import org.osgi.annotation.versioning.ProviderType;

/// Gives small keyed maps by name; the same name is the same map for every version of a bundle.
@ProviderType
public interface States {

    /// @param name `smtp.rate`; the bundle's word first
    StateMap map(String name);
}
