/// A message as a filter sees it: [Mail]. Read it lazily; nothing here copies a body.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.sdk.mail;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
