/// The command line: a thin face of the actions that the running server's bundles register, and what needs no server.
/// Start at [Main].
@NullMarked
package org.mutatio.command;

import org.jspecify.annotations.NullMarked;
