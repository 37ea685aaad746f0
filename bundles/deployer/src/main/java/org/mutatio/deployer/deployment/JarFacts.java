package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/// What a jar says of itself, read without any framework.
///
/// @param symbolicName without directives
/// @param exports packages it offers to others
/// @param hash first eight digits of its SHA-256: the same version with other content is another one
public record JarFacts(String symbolicName, String version, List<String> exports, String hash) {

    public JarFacts {
        exports = List.copyOf(exports);
    }

    /// `1.0.2 (3fa91c07)`.
    public String described() {
        return version + " (" + hash + ")";
    }

    /// @throws RefusedException not a whole jar, or no bundle: says what is missing
    public static JarFacts read(Path jar) throws RefusedException {
        try (JarFile file = new JarFile(jar.toFile(), true)) {
            Attributes main = manifest(file);
            // A half-copied jar often has a readable directory only when it is whole; read all entries to
            // be sure.
            byte[] buffer = new byte[16 * 1024];
            for (ZipEntry entry : file.stream().toList()) {
                try (InputStream in = file.getInputStream(entry)) {
                    int read = in.read(buffer);
                    while (read >= 0) {
                        read = in.read(buffer);
                    }
                }
            }
            return of(main, hash(jar));
        } catch (IOException | SecurityException e) {
            throw new RefusedException("it is no whole jar: " + e.getMessage());
        }
    }

    /// Of a jar of the distribution: its octets are not read, which took a third of the start; its hash is that of the
    /// checksums, names and sizes in the zip's directory.
    public static JarFacts ofDistribution(Path jar) throws RefusedException {
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            MessageDigest digest = sha256();
            for (ZipEntry entry : file.stream().toList()) {
                digest.update((entry.getName() + " " + entry.getCrc() + " " + entry.getSize() + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
            return of(manifest(file), HexFormat.of().formatHex(digest.digest(), 0, 4));
        } catch (IOException e) {
            throw new RefusedException("it is no whole jar: " + e.getMessage());
        }
    }

    private static Attributes manifest(JarFile file) throws IOException, RefusedException {
        if (file.getManifest() == null) {
            throw new RefusedException("it has no META-INF/MANIFEST.MF: build it with the bnd-maven-plugin");
        }
        Attributes main = file.getManifest().getMainAttributes();
        if (main.getValue("Bundle-SymbolicName") == null) {
            throw new RefusedException(
                    "its manifest has no Bundle-SymbolicName: it is a plain jar; build it with the bnd-maven-plugin");
        }
        return main;
    }

    private static JarFacts of(Attributes main, String hash) {
        String version = main.getValue("Bundle-Version");
        return new JarFacts(
                clause(main.getValue("Bundle-SymbolicName")),
                version == null ? "0.0.0" : version.strip(),
                packages(main.getValue("Export-Package")),
                hash);
    }

    private static String clause(String header) {
        int semicolon = header.indexOf(';');
        return (semicolon < 0 ? header : header.substring(0, semicolon)).strip();
    }

    /// Package names of an Export-Package header; commas inside quotes separate nothing.
    static List<String> packages(@org.jspecify.annotations.Nullable String header) {
        List<String> packages = new ArrayList<>();
        if (header == null) {
            return packages;
        }
        StringBuilder one = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i <= header.length(); i++) {
            char c = i == header.length() ? ',' : header.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            }
            if (c == ',' && !quoted) {
                packages.add(clause(one.toString()));
                one.setLength(0);
            } else {
                one.append(c);
            }
        }
        packages.removeIf(String::isBlank);
        return packages;
    }

    private static String hash(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = sha256();
            try (DigestInputStream all = new DigestInputStream(in, digest)) {
                long _ = all.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 4);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a Java platform without SHA-256", e);
        }
    }
}
