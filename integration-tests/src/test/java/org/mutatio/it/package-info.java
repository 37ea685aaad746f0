/// The unzipped distribution as a black box: [Server] starts it in a home of its own; real clients, crash and swap
/// tests talk to it as an administrator or a mail program would.
@NullMarked
package org.mutatio.it;

import org.jspecify.annotations.NullMarked;
