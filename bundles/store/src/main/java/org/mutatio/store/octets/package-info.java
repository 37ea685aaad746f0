/// Where octets lie: in memory, in a range of a file, or as a rope of such pieces; and the [LocalSpool] in
/// which they wait.
@NullMarked
package org.mutatio.store.octets;

import org.jspecify.annotations.NullMarked;
