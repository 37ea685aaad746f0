/// Settings with units, read from policies into records: [SettingsBinder], [DataSize], [Default].
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.sdk.settings;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
