/// What the author of a filter implements. Start at [Filter]; `plugins-sdk/examples` has real ones.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.sdk.filter;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
