package org.mutatio.store.commit;

import java.util.List;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.store.event.Event;
import org.mutatio.store.state.StoreState;

/// A change that no session makes but the store itself; decided by the committer like any other.
@FunctionalInterface
public interface OwnChange {

    /// @param head the state after all that was decided before; only to be read
    /// @return the events to append, none when there is nothing to do
    List<Event> decide(StoreState head) throws RefusedChangeException;
}
