package org.mutatio.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.osgi.framework.Bundle;

/// A bundle's version for traces: `1.0.2 (3fa91c07)`. The digits tell two deployments of the same version apart.
final class BundleVersion {

    private BundleVersion() {}

    static String of(Bundle bundle) {
        CRC32C sum = new CRC32C();
        String text = bundle.getLocation() + " " + bundle.getLastModified();
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        return bundle.getVersion() + " (" + String.format(java.util.Locale.ROOT, "%08x", sum.getValue()) + ")";
    }
}
