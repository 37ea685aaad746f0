/// What `ports` and the protocol bundles say to each other: [Connection] one way, [ConnectionHandler] the other.
/// JDK types only, and practically never changed: while these types stay, both sides can be swapped apart.
@Export
@Version("1.1.0")
@NullMarked
package org.mutatio.net;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
