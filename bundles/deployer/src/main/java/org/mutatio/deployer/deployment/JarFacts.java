package org.mutatio.deployer.deployment;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// What a jar says of itself, read without any framework.
///
/// @param symbolicName without directives
/// @param exports packages it offers to others
/// @param hash first eight digits of its SHA-256: the same version with other content is another one
/// @param manner how it wants to be swapped: header `Mutatio-Swap`
public record JarFacts(String symbolicName, String version, List<String> exports, String hash, Manner manner) {

    /// How one version takes the other's place.
    public enum Manner {
        /// Both run for a moment, and one switch makes the new one live.
        BESIDE("beside"),
        /// The old one stops before the new one starts, since both want the same files: `Mutatio-Swap: in-place`.
        IN_PLACE("in-place"),
        /// Others are wired to its packages and keep the old one until they are swapped themselves.
        LIBRARY("library"),
        /// With a new distribution only.
        RESTART("restart");

        private final String word;

        Manner(String word) {
            this.word = word;
        }

        /// As the administrator reads it.
        public String word() {
            return word;
        }
    }

    private static final long LARGEST_FILE = 256L << 20;
    /// What deflate makes of zeroes is a thousandth: 256 MiB could be 256 GiB.
    private static final long LARGEST_CONTENT = 1L << 30;
    private static final long LARGEST_MANIFEST = 1L << 20;
    private static final int MOST_ENTRIES = 65_535;
    /// The end of the zip's directory: its mark, its length, and the longest with a comment.
    private static final int END_MARK = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int LARGEST_END = END_LENGTH + 0xffff;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*+");
    private static final Pattern VERSION =
            Pattern.compile("[0-9]{1,9}(?:\\.[0-9]{1,9}(?:\\.[0-9]{1,9}(?:\\.[A-Za-z0-9_-]+)?)?)?");

    public JarFacts {
        exports = List.copyOf(exports);
    }

    JarFacts(String symbolicName, String version, List<String> exports, String hash) {
        this(symbolicName, version, exports, hash, Manner.BESIDE);
    }

    /// `1.0.2 (3fa91c07)`.
    public String described() {
        return version + " (" + hash + ")";
    }

    /// Whether a bundle of that name is one of our own; examples are plugins like any other.
    static boolean ours(String symbolicName) {
        return symbolicName.startsWith("org.mutatio.") && !symbolicName.startsWith("org.mutatio.examples");
    }

    /// Reads every octet of it, with limits: it is whatever somebody moved into `plugins`.
    ///
    /// @throws RefusedException not a whole jar, or no bundle: says what is missing
    public static JarFacts read(Path jar) throws RefusedException {
        try {
            if (!Files.isRegularFile(jar)) {
                throw new RefusedException("it is no whole jar: it is no file");
            }
            if (Files.size(jar) > LARGEST_FILE) {
                throw new RefusedException("it is larger than " + (LARGEST_FILE >> 20) + " MiB");
            }
            boolean signed = entries(jar);
            try (JarFile file = new JarFile(jar.toFile(), signed)) {
                Attributes main = manifest(file);
                if (signed) {
                    // Signatures are verified as the octets are read.
                    for (ZipEntry entry : file.stream().toList()) {
                        long _ = count(file, entry, LARGEST_CONTENT);
                    }
                }
                return checked(of(main, hash(jar)));
            }
        } catch (IOException
                | RuntimeException e) { // SecurityException; and what else java.util.zip throws at a bad one
            throw new RefusedException("it is no whole jar: " + e.getMessage());
        }
    }

    /// A half-copied jar often has a readable directory only when it is whole; reads all entries to be sure.
    ///
    /// @return whether it is signed
    private static boolean entries(Path jar) throws IOException, RefusedException {
        boolean signed = false;
        // No JarFile: that would take the whole manifest into memory, whatever its size.
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.size() > MOST_ENTRIES) {
                throw new RefusedException("it has more than " + MOST_ENTRIES + " entries");
            }
            long left = LARGEST_CONTENT;
            for (ZipEntry entry : zip.stream().toList()) {
                String name = entry.getName().toUpperCase(Locale.ROOT);
                if (leadsOut(name)) {
                    // The framework unpacks inner jars and native libraries by these names.
                    throw new RefusedException("its entry " + entry.getName() + " leads out of it");
                }
                boolean manifest = name.equals(JarFile.MANIFEST_NAME);
                signed |= name.startsWith("META-INF/") && name.endsWith(".SF");
                left -= count(zip, entry, manifest ? LARGEST_MANIFEST : left);
            }
        }
        return signed;
    }

    private static boolean leadsOut(String name) {
        return name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf('\0') >= 0
                || ("/" + name + "/").contains("/../");
    }

    /// By reading: what the entry says of its size is nobody's promise.
    private static long count(ZipFile zip, ZipEntry entry, long limit) throws IOException, RefusedException {
        byte[] buffer = new byte[16 * 1024];
        long octets = 0;
        try (InputStream in = zip.getInputStream(entry)) {
            int read = in.read(buffer);
            while (read >= 0) {
                octets += read;
                if (octets > limit) {
                    throw new RefusedException("unpacked it is too large, at its entry " + entry.getName()
                            + ": a manifest has at most " + (LARGEST_MANIFEST >> 20) + " MiB, all of it "
                            + (LARGEST_CONTENT >> 20));
                }
                read = in.read(buffer);
            }
        }
        return octets;
    }

    /// Name and version become a file's name.
    private static JarFacts checked(JarFacts facts) throws RefusedException {
        if (facts.symbolicName().length() > 150
                || !NAME.matcher(facts.symbolicName()).matches()) {
            throw new RefusedException(
                    "its Bundle-SymbolicName is no name: letters, digits, - and _, with dots between,"
                            + " at most 150 (OSGi Core section 1.3.2)");
        }
        if (facts.version().length() > 60 || !VERSION.matcher(facts.version()).matches()) {
            throw new RefusedException("its Bundle-Version is none: write it like 1.0.2 or 1.0.2.rc-1");
        }
        return facts;
    }

    /// Of a jar of the distribution: its octets are not read, which took a third of the start; its hash is the CRC-32
    /// of the zip's directory, which holds each entry's name, size and checksum.
    public static JarFacts ofDistribution(Path jar) throws RefusedException {
        try (ZipFile file = new ZipFile(jar.toFile())) {
            return of(manifest(file), directoryHash(jar));
        } catch (IOException e) {
            throw new RefusedException("it is no whole jar: " + e.getMessage());
        }
    }

    private static String directoryHash(Path jar) throws IOException {
        try (FileChannel channel = FileChannel.open(jar, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer end =
                    ByteBuffer.allocate((int) Math.min(size, LARGEST_END)).order(ByteOrder.LITTLE_ENDIAN);
            while (end.hasRemaining() && channel.read(end, size - end.capacity() + end.position()) >= 0) {}
            for (int at = end.position() - END_LENGTH; at >= 0; at--) {
                if (end.getInt(at) == END_MARK) {
                    long length = Integer.toUnsignedLong(end.getInt(at + 12));
                    long from = Integer.toUnsignedLong(end.getInt(at + 16));
                    if (from + length <= size) {
                        CRC32 crc = new CRC32();
                        crc.update(channel.map(FileChannel.MapMode.READ_ONLY, from, length));
                        return HexFormat.of().toHexDigits((int) crc.getValue());
                    }
                }
            }
        }
        throw new IOException("it has no directory");
    }

    /// The main section only: a signed jar has a section for each entry, and the manifest of bcprov 8,000.
    private static Attributes manifest(ZipFile file) throws IOException, RefusedException {
        ZipEntry entry = file.getEntry(JarFile.MANIFEST_NAME);
        if (entry == null) {
            throw new RefusedException("it has no META-INF/MANIFEST.MF: build it with the bnd-maven-plugin");
        }
        StringBuilder section = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(file.getInputStream(entry), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.isEmpty()) {
                section.append(line).append('\n');
                line = lines.readLine();
            }
        }
        Attributes main = new Manifest(
                        new ByteArrayInputStream(section.append('\n').toString().getBytes(StandardCharsets.UTF_8)))
                .getMainAttributes();
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
                hash,
                manner(main));
    }

    private static Manner manner(Attributes main) {
        if (Manner.IN_PLACE.word().equals(main.getValue("Mutatio-Swap"))) {
            return Manner.IN_PLACE;
        }
        return main.getValue("Export-Package") == null ? Manner.BESIDE : Manner.LIBRARY;
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
