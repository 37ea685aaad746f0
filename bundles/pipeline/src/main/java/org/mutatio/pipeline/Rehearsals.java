package org.mutatio.pipeline;

import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.pipeline.transaction.Rehearsal;

/// Tries messages without keeping them; within this bundle only.
public interface Rehearsals {

    /// @throws StoreUnavailableException there is no room for the message, or no store
    /// @throws IllegalArgumentException nobody logs in with that address
    Rehearsal.Result rehearse(Rehearsal.Attempt attempt) throws StoreUnavailableException;
}
