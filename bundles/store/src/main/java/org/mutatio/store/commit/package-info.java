/// From a session's change to an applied event: [Decider] decides against the head, [Committer] makes batches
/// durable, [Applier] brings index and views along.
@NullMarked
package org.mutatio.store.commit;

import org.jspecify.annotations.NullMarked;
