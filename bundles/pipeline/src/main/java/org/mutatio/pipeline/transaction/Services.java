package org.mutatio.pipeline.transaction;

import org.mutatio.api.policy.Policies;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.trace.Traces;
import org.mutatio.current.Current;
import org.mutatio.current.store.SteadyStore;

/// What other bundles give us; asked anew for each step, so that any of them may be replaced in between.
public record Services(
        Current<Policies> policies, Current<VersionedRouter> router, Current<MailStore> store, Current<Traces> traces) {

    /// The store, which waits while it is replaced.
    MailStore mail() {
        return new SteadyStore(store);
    }
}
