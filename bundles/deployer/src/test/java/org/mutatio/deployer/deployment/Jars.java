package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/// Makes tiny bundles.
public final class Jars {
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private Jars() {}

    public static Jars bundle(String name, String version) {
        Jars jar = plain();
        jar.headers.put("Bundle-ManifestVersion", "2");
        jar.headers.put("Bundle-SymbolicName", name);
        jar.headers.put("Bundle-Version", version);
        return jar;
    }

    public static Jars plain() {
        return new Jars();
    }

    public Jars header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /// Other content under the same version.
    public Jars note(String text) {
        entries.put("note.txt", text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /// A DS component of that class.
    ///
    /// @param inside further XML: services and references
    public Jars component(Class<?> type, String attributes, String inside) {
        String name = type.getName();
        headers.merge("Service-Component", "OSGI-INF/" + name + ".xml", (a, b) -> a + "," + b);
        entries.put(
                "OSGI-INF/" + name + ".xml",
                ("<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.4.0\" name=\"" + name + "\" " + attributes
                                + ">" + inside + "<implementation class=\"" + name + "\"/></scr:component>")
                        .getBytes(StandardCharsets.UTF_8));
        String file = name.replace('.', '/') + ".class";
        try (InputStream in = type.getResourceAsStream("/" + file)) {
            if (in == null) {
                throw new IllegalArgumentException("no class file of " + name);
            }
            entries.put(file, in.readAllBytes());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return this;
    }

    public Path write(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach((name, value) -> main.putValue(name, value));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            for (var entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        return file;
    }
}
