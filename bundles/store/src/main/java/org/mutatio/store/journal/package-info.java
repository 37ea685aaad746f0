/// The journal: frames in segments, appended by one thread, made durable by one force a batch. Start at [Journal];
/// docs/journal.md describes every octet.
@NullMarked
package org.mutatio.store.journal;

import org.jspecify.annotations.NullMarked;
