/// The folder `config/domains` as it changes: [PolicyFolder] reads it, [PolicyKeeper] holds the set in force and
/// replaces it, [PolicyHistory] keeps the last good ones on disk.
@NullMarked
package org.mutatio.router.folder;

import org.jspecify.annotations.NullMarked;
