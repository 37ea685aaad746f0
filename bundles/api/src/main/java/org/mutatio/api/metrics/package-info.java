/// Counting without waiting for anybody: a bundle fills its own [Meters] and registers them as a [MeterSource] service;
/// `console` reads all of them for `status --json`. Names and labels as in Prometheus, labels bounded: never an
/// address, account or message.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.metrics;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
