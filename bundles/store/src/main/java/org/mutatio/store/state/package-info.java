/// Accounts, mailboxes, counters, leases and fingerprints after some event: [StoreState]. There are two: the head
/// (all events decided) and the applied one. And [KeyedStates], which are not journalled.
@NullMarked
package org.mutatio.store.state;

import org.jspecify.annotations.NullMarked;
