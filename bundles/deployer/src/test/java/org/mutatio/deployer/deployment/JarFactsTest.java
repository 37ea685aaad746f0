package org.mutatio.deployer.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JarFactsTest {
    @TempDir
    Path folder;

    private static String refused(Path jar) {
        return String.valueOf(
                assertThrows(RefusedException.class, () -> JarFacts.read(jar)).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tagger", "org.example.Tagger_2-x"})
    void aNameIsOne(String name) throws Exception {
        assertEquals(
                name,
                JarFacts.read(Jars.bundle(name + ";singleton:=true", "1.0.2.rc-1")
                                .write(folder.resolve("a.jar")))
                        .symbolicName());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../plugins/evil",
                "/etc/evil",
                "a/b",
                "a\\b",
                "..",
                ".",
                "a..b",
                "a.",
                ";singleton:=true",
                "a b",
                "tägger",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                        + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aNameThatIsAPathIsNone(String name) throws IOException {
        String said = refused(Jars.bundle(name, "1.0.0").write(folder.resolve("a.jar")));
        assertTrue(said.startsWith("its Bundle-SymbolicName is no name"), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1/../../x", "1.0.0-SNAPSHOT", "x", "1.0.0.a/b", "99999999999"})
    void aVersionThatIsNoneIsRefused(String version) throws IOException {
        String said = refused(Jars.bundle("tagger", version).write(folder.resolve("a.jar")));
        assertTrue(said.startsWith("its Bundle-Version is none"), said);
    }

    private Path zip(String... names) throws IOException {
        Path jar = folder.resolve("z.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            out.write("Manifest-Version: 1.0\nBundle-SymbolicName: a\nBundle-Version: 1\n"
                    .getBytes(StandardCharsets.US_ASCII));
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
            }
        }
        return jar;
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil.jar", "lib/../../evil.jar", "/etc/evil", "lib\\..\\evil", "lib/.."})
    void anEntryThatLeadsOutIsRefused(String name) throws IOException {
        String said = refused(zip("lib/well.jar", name));
        assertTrue(said.contains(name) && said.endsWith("leads out of it"), said);
    }

    @Test
    void dotsInAnEntrysNameAreNoHarm() throws Exception {
        assertEquals("a", JarFacts.read(zip("lib/..well/a...b", "..c")).symbolicName());
    }

    private Path bomb(String entry, int mebibytes) throws IOException {
        Path jar = folder.resolve("bomb.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry(entry));
            out.write("Manifest-Version: 1.0\nBundle-SymbolicName: a\nBundle-Version: 1\n\n"
                    .getBytes(StandardCharsets.US_ASCII));
            fill(out, mebibytes);
        }
        return jar;
    }

    private static void fill(OutputStream out, int mebibytes) throws IOException {
        byte[] zeroes = new byte[1 << 20];
        for (int i = 0; i < mebibytes; i++) {
            out.write(zeroes);
        }
    }

    @Test
    void aBombIsNotUnpackedToItsEnd() throws IOException {
        String said = refused(bomb("big.bin", 1025));
        assertTrue(said.startsWith("unpacked it is too large, at its entry big.bin"), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"META-INF/MANIFEST.MF", "meta-inf/Manifest.mf"})
    void aManifestIsSmall(String name) throws IOException {
        String said = refused(bomb(name, 2));
        assertTrue(said.startsWith("unpacked it is too large, at its entry " + name), said);
    }

    @Test
    void aFileThatIsNotOneIsRefusedAtOnce() throws IOException {
        assertTrue(refused(folder).startsWith("it is no whole jar"), refused(folder));
        assertTrue(refused(folder.resolve("gone.jar")).startsWith("it is no whole jar"));
        Path huge = folder.resolve("huge.jar");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength((256L << 20) + 1); // sparse
        }
        assertEquals("it is larger than 256 MiB", refused(huge));
    }

    @Test
    void whereverItIsCutOrAnOctetIsTurnedItIsReadOrRefusedAndNothingElse() throws IOException {
        byte[] whole = Files.readAllBytes(Jars.bundle("tagger", "1.0.0")
                .header("Export-Package", "a;version=\"[1,2)\",b")
                .note("something to read")
                .write(folder.resolve("a.jar")));
        Path broken = folder.resolve("b.jar");
        for (int i = 0; i < whole.length; i++) {
            Files.write(broken, java.util.Arrays.copyOf(whole, i));
            assertThrows(RefusedException.class, () -> JarFacts.read(broken));
            byte[] turned = whole.clone();
            turned[i] ^= (byte) 0xFF;
            Files.write(broken, turned);
            try {
                assertEquals(8, JarFacts.read(broken).hash().length());
            } catch (RefusedException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith("it"), e.getMessage());
            }
        }
    }

    @Test
    void aJarOfTheDistributionIsKnownByItsDirectory() throws Exception {
        Path jar = Jars.bundle("tagger", "1.0.0")
                .header("Export-Package", "a;version=\"1.0\"")
                .note("one")
                .write(folder.resolve("a.jar"));
        JarFacts facts = JarFacts.ofDistribution(jar);
        assertEquals(
                new JarFacts("tagger", "1.0.0", java.util.List.of("a"), facts.hash(), JarFacts.Manner.LIBRARY),
                JarFacts.ofDistribution(jar));
        Path other = Jars.bundle("tagger", "1.0.0")
                .header("Export-Package", "a;version=\"1.0\"")
                .note("two")
                .write(folder.resolve("b.jar"));
        assertNotEquals(facts.hash(), JarFacts.ofDistribution(other).hash());
    }

    @Test
    void aJarOfTheDistributionThatIsCutIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(Jars.bundle("tagger", "1.0.0").write(folder.resolve("a.jar")));
        Path broken = folder.resolve("b.jar");
        for (int i = 0; i < whole.length; i++) {
            Files.write(broken, java.util.Arrays.copyOf(whole, i));
            assertThrows(RefusedException.class, () -> JarFacts.ofDistribution(broken));
        }
    }
}
