/// What a server answers to a client: [Reply] with [EnhancedStatus].
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.sdk.reply;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
