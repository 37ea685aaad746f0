/// The one thing that lives longer than any bundle: open sockets, by name. The launcher registers a [SocketVault] as
/// a service of the system bundle and exports this package; `ports` keeps its channels in it, so `ports` itself can
/// be replaced without a refused connection. JDK types only, and practically never changed.
@Export
@Version("1.0.0")
@NullMarked
package org.mutatio.vault;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
