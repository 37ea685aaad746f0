/// Serves the admin actions of all live bundles over HTTP on loopback, and answers `status`. Read [ConsoleComponent]
/// first, then `http.AdminServer`.
@NullMarked
package org.mutatio.console;

import org.jspecify.annotations.NullMarked;
