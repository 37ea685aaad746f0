package org.mutatio.console.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenTest {
    @TempDir
    Path folder;

    private String published(Token token) throws IOException {
        token.publish(folder, "127.0.0.1:8025");
        return Files.readString(folder.resolve("admin.token")).strip();
    }

    private List<String> files() throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void eachStartHasAnotherOf256Bits() throws IOException {
        String one = published(Token.make(new SecureRandom()));
        assertTrue(one.matches("[0-9a-f]{64}"), one);
        assertNotEquals(one, published(Token.make(new SecureRandom())));
    }

    @Test
    void onlyTheOwnerReadsIt() throws IOException {
        // Whatever lay there before: others could read it, or a kill left half of the last one.
        Files.writeString(folder.resolve("admin.token"), "old");
        Files.setPosixFilePermissions(folder.resolve("admin.token"), PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.writeString(folder.resolve("admin.token.new"), "ha");
        Files.setPosixFilePermissions(folder.resolve("admin.token.new"), PosixFilePermissions.fromString("rw-rw-rw-"));
        String value = published(Token.make(new SecureRandom()));
        for (String file : List.of("admin.token", "admin.address")) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))),
                    file);
        }
        assertEquals(64, value.length());
        assertEquals("127.0.0.1:8025\n", Files.readString(folder.resolve("admin.address")));
        assertEquals(List.of("admin.address", "admin.token"), files());
    }

    @Test
    void aLinkThatLiesInTheWayIsNotFollowed() throws IOException {
        Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "theirs");
        Files.createSymbolicLink(folder.resolve("admin.token.new"), elsewhere);
        Files.createSymbolicLink(folder.resolve("admin.token"), elsewhere);
        String value = published(Token.make(new SecureRandom()));
        assertEquals(64, value.length());
        assertEquals("theirs", Files.readString(elsewhere));
    }

    @Test
    void aFolderThatIsNotThereIsSaid() {
        Token token = Token.make(new SecureRandom());
        assertThrows(IOException.class, () -> token.publish(folder.resolve("gone"), "127.0.0.1:8025"));
    }

    @Test
    void onlyTheWholeTokenBehindItsSchemeIsTaken() throws IOException {
        Token token = Token.make(new SecureRandom());
        String value = published(token);
        assertTrue(token.in("Bearer " + value));
        assertTrue(token.in("BEARER  " + value)); // RFC 9110 section 11.4: one or more blanks
        for (String header : List.of(
                "",
                value,
                "Bearer",
                "Bearer ",
                "Bearer " + value.substring(1),
                "Bearer " + value + "0",
                "Bearer " + value.toUpperCase(java.util.Locale.ROOT) + "x",
                "Basic " + value)) {
            assertFalse(token.in(header), header);
        }
    }
}
