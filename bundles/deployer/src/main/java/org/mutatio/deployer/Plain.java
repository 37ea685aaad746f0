package org.mutatio.deployer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The resolver's messages in plain words.
final class Plain {

    private static final Pattern PACKAGE = Pattern.compile(
            "osgi\\.wiring\\.package; (?:\\()?(?:&)?\\(osgi\\.wiring\\.package=([\\w.]+)\\)(?:\\(version>=([\\d.]+)\\)\\(!\\(version>=([\\d.]+)\\)\\))?");

    private Plain() {}

    /// `needs package org.mutatio.sdk.filter 2.0.0 up to 3.0.0, which nobody offers in that range`.
    static String resolution(String message) {
        Matcher matcher = PACKAGE.matcher(message);
        String last = null;
        while (matcher.find()) {
            String range = matcher.group(2) == null ? "" : " from " + matcher.group(2) + " up to " + matcher.group(3);
            last = "it needs the package " + matcher.group(1) + range
                    + ", which no installed bundle offers"
                    + (range.isEmpty()
                            ? ""
                            : " in that range: build it against the SDK of"
                                    + " this server, or embed the library in it");
        }
        return last == null ? message : last;
    }
}
