package org.mutatio.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// One of the examples, in as many versions as a test wants.
final class FilterVersions {

    static final Path EXAMPLE =
            Distribution.ROOT.resolve("plugins-sdk/examples/attachment-limit/target/attachment-limit-0.1.0.jar");

    private FilterVersions() {}

    /// The example again, as version 0.1.N.
    static Path jar(int number) throws IOException {
        Path jar = Files.createDirectories(Distribution.WORK.resolve("versions"))
                .resolve("attachment-limit-" + number + ".jar");
        try (InputStream file = Files.newInputStream(EXAMPLE);
                JarInputStream in = new JarInputStream(file)) {
            Manifest manifest = in.getManifest();
            if (manifest == null) {
                throw new IOException("no manifest in " + EXAMPLE);
            }
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), "0.1." + number);
            try (OutputStream to = Files.newOutputStream(jar);
                    JarOutputStream out = new JarOutputStream(to, manifest)) {
                JarEntry entry = in.getNextJarEntry();
                while (entry != null) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    long _ = in.transferTo(out);
                    out.closeEntry();
                    entry = in.getNextJarEntry();
                }
            }
        }
        return jar;
    }
}
