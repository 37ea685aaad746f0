package org.mutatio.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/// The zip: every bundle resolves in a Felix that gives what the launcher gives, and nothing is missing or too much.
class ResolveIT {
    private static final long LARGEST = 40L << 20;

    @TempDir
    Path folder;

    private static ZipFile zip() throws IOException {
        return new ZipFile(System.getProperty("distribution.zip", "target/mutatio-0.1.0.zip"));
    }

    private static List<? extends ZipEntry> jars(ZipFile zip, String part) {
        return zip.stream()
                .filter(entry -> entry.getName().contains("/" + part + "/")
                        && entry.getName().endsWith(".jar"))
                .toList();
    }

    @Test
    void everyBundleResolves() throws Exception {
        Framework felix = new org.apache.felix.framework.FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        "felix.log.level",
                        "0",
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        "org.slf4j;version=2.0.20,org.slf4j.event;version=2.0.20,org.slf4j.helpers;version=2.0.20,"
                                + "org.slf4j.spi;version=2.0.20,org.mutatio.vault;version=1.0.0"));
        felix.init();
        try (ZipFile zip = zip()) {
            List<Bundle> bundles = new ArrayList<>();
            for (ZipEntry jar : jars(zip, "system")) {
                try (InputStream in = zip.getInputStream(jar)) {
                    bundles.add(felix.getBundleContext().installBundle(jar.getName(), in));
                }
            }
            assertTrue(bundles.size() > 20, "bundles in system/: " + bundles);
            felix.start();
            felix.adapt(FrameworkWiring.class).resolveBundles(bundles);
            List<String> unresolved = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (Bundle bundle : bundles) {
                assertTrue(names.add(bundle.getSymbolicName()), "twice: " + bundle.getSymbolicName());
                if (bundle.getState() == Bundle.INSTALLED) {
                    unresolved.add(why(bundle));
                }
            }
            assertEquals(List.of(), unresolved);
        } finally {
            felix.stop();
            felix.waitForStop(5_000);
        }
    }

    /// A start of one that does not resolve says why.
    private static String why(Bundle bundle) {
        try {
            bundle.start();
            return bundle.getSymbolicName() + " did not resolve, and started";
        } catch (BundleException e) {
            return bundle.getSymbolicName() + ": " + e.getMessage();
        }
    }

    @Test
    void theZipIsWholeAndSmall() throws IOException {
        try (ZipFile zip = zip()) {
            Set<String> parts = new TreeSet<>();
            zip.stream().forEach(entry -> {
                String[] path = entry.getName().split("/", 3);
                assertEquals("mutatio-0.1.0", path[0]);
                if (path.length == 3) {
                    parts.add(path[1]);
                }
            });
            assertEquals(Set.of("bin", "config", "docs", "lib", "system"), parts);
            assertTrue(Files.size(Path.of(zip.getName())) < LARGEST, zip.getName() + " is too large");
        }
    }

    /// The same octets wherever they were built: no jar of ours says when, by what or on which Java.
    @Test
    void noJarOfOursTellsWhereItWasBuilt() throws IOException {
        Path copy = Files.createTempFile("mutatio", ".jar");
        try (ZipFile zip = zip()) {
            List<String> telling = new ArrayList<>();
            for (String part : List.of("lib", "system")) {
                for (ZipEntry jar : jars(zip, part)) {
                    if (!jar.getName().contains("/org.mutatio.")) {
                        continue;
                    }
                    Files.copy(zip.getInputStream(jar), copy, StandardCopyOption.REPLACE_EXISTING);
                    try (JarFile file = new JarFile(copy.toFile())) {
                        file.getManifest().getMainAttributes().keySet().stream()
                                .map(String::valueOf)
                                .filter(name -> name.matches("Build.*|Created-By|Bnd-LastModified|Tool"))
                                .forEach(name -> telling.add(jar.getName() + ": " + name));
                    }
                }
            }
            assertEquals(List.of(), telling);
        } finally {
            boolean _ = Files.deleteIfExists(copy);
        }
    }

    @Test
    void whatIsShippedHasItsLicenceListed() throws IOException {
        try (ZipFile zip = zip()) {
            ZipEntry list = zip.getEntry("mutatio-0.1.0/docs/licences.txt");
            String licences = new String(zip.getInputStream(list).readAllBytes(), StandardCharsets.UTF_8);
            List<String> missing = new ArrayList<>();
            for (String part : List.of("lib", "system")) {
                for (ZipEntry jar : jars(zip, part)) {
                    String name = jar.getName().substring(jar.getName().lastIndexOf('/') + 1);
                    String artifact = name.replaceAll("-[0-9][0-9.]*\\.jar$", "");
                    if (!artifact.startsWith("org.mutatio.") && !licences.contains(":" + artifact + ":")) {
                        missing.add(name);
                    }
                }
            }
            assertEquals(List.of(), missing);
            for (String embedded : List.of("tomlj", "subethasmtp", "angus-mail", "jakarta.mail-api")) {
                assertTrue(licences.contains(":" + embedded + ":"), embedded + " is not listed");
            }
            assertTrue(!licences.contains("Unknown license"), licences);
        }
    }
}
