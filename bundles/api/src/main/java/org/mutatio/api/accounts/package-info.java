/// Who has mailboxes here and how they prove it: [Accounts].
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.accounts;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
