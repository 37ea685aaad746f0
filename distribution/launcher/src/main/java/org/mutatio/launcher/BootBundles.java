package org.mutatio.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What the launcher itself installs: Felix's services and what they need, `net`, `sdk`, `api`, and `deployer`, either
/// that of the distribution or the one that is recorded to run.
final class BootBundles {
    /// Before the version in a jar's name; the order is that of the start.
    private static final List<String> NAMES = List.of(
            "org.osgi.util.function",
            "org.osgi.util.promise",
            "org.osgi.service.component",
            "org.apache.felix.log",
            "org.apache.felix.metatype",
            "org.apache.felix.configadmin",
            "org.apache.felix.scr",
            "org.mutatio.libraries.tomlj",
            "org.mutatio.net",
            "org.mutatio.sdk",
            "org.mutatio.api");
    private static final String DEPLOYER = "org.mutatio.deployer";

    private BootBundles() {}

    static List<Path> of(Places places) throws StartFailure {
        List<Path> jars;
        try (Stream<Path> all = Files.list(places.system())) {
            jars = all.filter(jar -> jar.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new StartFailure(78, "cannot read " + places.system() + ": " + e + "; unpack the zip again");
        }
        List<Path> boot = new ArrayList<>();
        for (String name : NAMES) {
            boot.add(find(jars, name, places));
        }
        boot.add(recordedDeployer(places, find(jars, DEPLOYER, places)));
        return boot;
    }

    private static Path find(List<Path> jars, String name, Places places) throws StartFailure {
        for (Path jar : jars) {
            String file = jar.getFileName().toString();
            if (file.startsWith(name + "-") && Character.isDigit(file.charAt(name.length() + 1))) {
                return jar;
            }
        }
        throw new StartFailure(78, places.system() + " lacks " + name + "; unpack the zip again");
    }

    /// `data/bundles/deployer` holds the file name of a deployer that was deployed over the distribution's; written by
    /// `deployer` with its own record. One that is gone or unreadable counts as not there: the distribution's runs.
    private static Path recordedDeployer(Places places, Path shipped) {
        Path bundles = places.data().resolve("bundles");
        try {
            Path recorded = bundles.resolve(Files.readString(bundles.resolve("deployer"), StandardCharsets.UTF_8)
                    .strip());
            return Files.isRegularFile(recorded) ? recorded : shipped;
        } catch (IOException _) {
            return shipped; // none was deployed: the usual case
        }
    }
}
