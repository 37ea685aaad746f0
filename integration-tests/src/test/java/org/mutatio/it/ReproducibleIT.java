package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/// The same sources give the same octets: nothing of the day, the machine or the builder is in what we ship. That two
/// builds are equal is compared by hand (README, "Two builds are equal"); here stands what would make them differ.
final class ReproducibleIT {

    private static final LocalDateTime STAMP = LocalDateTime.parse("2026-11-25T00:00:00");
    private static final Set<String> OF_THE_BUILDER = Set.of(
            "Bnd-LastModified",
            "Private-Package",
            "Build-Jdk",
            "Built-By",
            "Build-Time",
            "Build-Host",
            "Tool",
            "Originally-Created-By");

    private final List<String> problems = new ArrayList<>();
    private int jars;

    @Test
    void nothingOfTheDayTheMachineOrTheBuilderIsInTheZip() throws IOException {
        try (InputStream in = Files.newInputStream(Distribution.zip())) {
            archive("", in, true);
        }
        assertEquals(List.of(), problems);
        assertTrue(jars >= 15, "jars of ours seen: " + jars);
    }

    /// @param ours whether the times in it are our doing; libraries come as their makers built them
    private void archive(String name, InputStream from, boolean ours) throws IOException {
        ZipInputStream zip = new ZipInputStream(from);
        Set<String> names = new TreeSet<>();
        ZipEntry entry = zip.getNextEntry();
        while (entry != null) {
            String path = name + "!" + entry.getName();
            if (!names.add(entry.getName())) {
                problems.add(path + " stands there twice");
            }
            if (ours && !STAMP.equals(entry.getTimeLocal())) {
                problems.add(path + " has the time " + entry.getTimeLocal());
            }
            byte[] octets = zip.readAllBytes();
            if (entry.getName().endsWith(".jar")) {
                String jar = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                if (jar.startsWith("org.mutatio.")) {
                    jars++;
                    manifest(path, octets);
                    archive(path, new ByteArrayInputStream(octets), true);
                }
            } else if (contains(octets, Distribution.ROOT.toString())) {
                problems.add(path + " names the folder it was built in");
            }
            entry = zip.getNextEntry();
        }
    }

    private void manifest(String path, byte[] jar) throws IOException {
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
            Attributes main = in.getManifest().getMainAttributes();
            for (Object header : main.keySet()) {
                if (OF_THE_BUILDER.contains(header.toString())) {
                    problems.add(path + " has " + header + ": " + main.get(header));
                }
            }
        }
    }

    private static boolean contains(byte[] octets, String text) {
        return new String(octets, StandardCharsets.ISO_8859_1).contains(text);
    }
}
