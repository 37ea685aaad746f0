/// The store's contract: a session sends a [Change] and gets its result, reads [MailboxState]s and [Octets]; it never
/// sees the journal. Start at [MailStore].
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
