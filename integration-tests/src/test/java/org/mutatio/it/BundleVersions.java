package org.mutatio.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The distribution's own bundles again, as newer versions, good and broken: no bundle needs a line of code here.
final class BundleVersions {

    private static final Attributes.Name VERSION = new Attributes.Name("Bundle-Version");
    private static final Pattern COMPONENT = Pattern.compile("<implementation class=\"([^\"]+)\"");

    private BundleVersions() {}

    /// What is done to an entry of the jar on its way.
    interface Change {
        byte[] apply(String entry, byte[] octets) throws IOException;
    }

    /// The jar of the distribution with that symbolic name.
    static Path shipped(String name) throws IOException {
        try (Stream<Path> all = Files.list(Distribution.folder().resolve("system"))) {
            List<Path> found = all.filter(jar -> jar.getFileName().toString().startsWith(name + "-"))
                    .toList();
            if (found.size() != 1) {
                throw new IOException("one jar of " + name + " should be there, not " + found);
            }
            return found.getFirst();
        }
    }

    /// The same content as another version.
    static Path newer(String name, String version) throws IOException {
        return changed(name, version, (_, octets) -> octets);
    }

    /// None of its components' classes can be loaded.
    static Path broken(String name, String version) throws IOException {
        Set<String> classes = components(name);
        return changed(name, version, (entry, octets) -> classes.contains(entry) ? new byte[] {1, 2, 3, 4} : octets);
    }

    static Path changed(String name, String version, Change change) throws IOException {
        Path jar =
                Files.createDirectories(Distribution.WORK.resolve("versions")).resolve(name + "-" + version + ".jar");
        try (JarFile in = new JarFile(shipped(name).toFile())) {
            Manifest manifest = in.getManifest();
            manifest.getMainAttributes().put(VERSION, version);
            try (OutputStream to = Files.newOutputStream(jar);
                    JarOutputStream out = new JarOutputStream(to, manifest)) {
                for (JarEntry entry : in.stream().toList()) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME) && !entry.isDirectory()) {
                        out.putNextEntry(new JarEntry(entry.getName()));
                        out.write(change.apply(entry.getName(), octets(in, entry)));
                        out.closeEntry();
                    }
                }
            }
        }
        return jar;
    }

    private static byte[] octets(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private static Set<String> components(String name) throws IOException {
        Set<String> classes = new HashSet<>();
        try (JarFile jar = new JarFile(shipped(name).toFile())) {
            for (JarEntry entry : jar.stream().toList()) {
                if (entry.getName().startsWith("OSGI-INF/") && entry.getName().endsWith(".xml")) {
                    Matcher component = COMPONENT.matcher(new String(octets(jar, entry), StandardCharsets.UTF_8));
                    while (component.find()) {
                        classes.add(component.group(1).replace('.', '/') + ".class");
                    }
                }
            }
        }
        return classes;
    }
}
