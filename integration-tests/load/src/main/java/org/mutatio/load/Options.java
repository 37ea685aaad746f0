package org.mutatio.load;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a program was called with: `--name value` in any order, over its defaults.
final class Options {

    private final Map<String, String> given;

    Options(Map<String, String> defaults, String... arguments) {
        given = new LinkedHashMap<>(defaults);
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            given.put(arguments[i], arguments[i + 1]);
        }
    }

    /// Null when it is not there.
    @Nullable
    String get(String option) {
        return given.get(option);
    }

    /// @throws IllegalArgumentException it is missing
    String need(String option) {
        String value = given.get(option);
        if (value == null) {
            throw new IllegalArgumentException(option + " is missing");
        }
        return value;
    }

    int number(String option) {
        return Integer.parseInt(need(option));
    }

    /// `HOST:PORT`.
    InetSocketAddress address(String option) {
        String text = need(option);
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    ServerProcess server() {
        return new ServerProcess(Long.parseLong(need("--pid")));
    }
}
