/// What the journal's headers say: [Event]s, records that hold every value that was decided, so that applying them
/// reads nothing else. [EventCodec] writes them as CBOR; unknown fields are skipped.
@NullMarked
package org.mutatio.store.event;

import org.jspecify.annotations.NullMarked;
