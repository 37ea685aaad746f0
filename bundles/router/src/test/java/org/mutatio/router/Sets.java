package org.mutatio.router;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.PolicyLoader;

/// Sets of policies out of texts: `--- example.com.toml` begins a file.
public final class Sets {

    private Sets() {}

    public static Map<String, byte[]> files(String text) {
        Map<String, byte[]> files = new TreeMap<>();
        for (String part : text.split("(?m)^--- ", -1)) {
            int end = part.indexOf('\n');
            if (end > 0) {
                files.put(
                        part.substring(0, end).strip(), part.substring(end + 1).getBytes(StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    public static PolicyLoader loader() {
        return new PolicyLoader("config/domains", (kind, name) -> {
            if (kind.equals("file") && name.equals("there")) {
                return "s3cret";
            }
            throw new IOException("not there");
        });
    }

    public static PolicyLoader.Loaded load(String text) {
        return loader().load(files(text), 1, Optional.empty());
    }

    public static DomainPolicies good(String text) {
        PolicyLoader.Loaded loaded = load(text);
        if (!loaded.problems().isEmpty()) {
            throw new AssertionError(loaded.problems().toString());
        }
        return loaded.set().orElseThrow();
    }

    public static List<String> problems(String text) {
        return load(text).problems().stream().map(Object::toString).toList();
    }
}
