/// One journal; mailboxes, queue and traces are views of it. Read [StoreComponent] for the door, [LocalStore] for the
/// house, [org.mutatio.store.commit.Committer] for the engine room. docs/journal.md has the format.
@NullMarked
package org.mutatio.store;

import org.jspecify.annotations.NullMarked;
