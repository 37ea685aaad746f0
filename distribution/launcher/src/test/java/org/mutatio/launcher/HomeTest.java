package org.mutatio.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The home and the distribution: what is named wrongly is told with its cure, and one home has one server.
class HomeTest {

    private static final String DISTRIBUTION = "mutatio.distribution";

    @TempDir
    private Path folder;

    private Path home;
    private Path distribution;

    @BeforeEach
    void aHomeAndADistribution() throws Exception {
        home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/mutatio.toml"), "");
        distribution = Files.createDirectories(folder.resolve("mutatio-0.1.0"));
        Files.createDirectories(distribution.resolve("system"));
        System.setProperty(DISTRIBUTION, distribution.toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(DISTRIBUTION);
    }

    private Places places() throws StartFailure {
        Places places = Places.of(List.of("--home", home.toString()), null);
        places.prepare();
        return places;
    }

    @Test
    void theOptionGoesBeforeTheEnvironment() throws Exception {
        assertEquals(home, Places.of(List.of("--home=" + home), "/elsewhere").home());
        assertEquals(home, Places.of(List.of(), home.toString()).home());
        assertEquals(distribution, places().distribution());
    }

    @Test
    void dataIsTheServersAlone() throws Exception {
        assertEquals(PosixFilePermissions.fromString("rwx------"), Files.getPosixFilePermissions(places().data()));
        assertTrue(Files.isDirectory(home.resolve("plugins")));
    }

    @ParameterizedTest
    @CsvSource({
        "--hom, 64, unknown argument --hom",
        "'', 64, no home given",
        "--home=/nowhere/at/all, 78, config/mutatio.toml is missing",
    })
    void whatIsWrongIsNamed(String argument, int code, String reason) {
        List<String> arguments = argument.isEmpty() ? List.of() : List.of(argument);
        StartFailure failure = assertThrows(StartFailure.class, () -> Places.of(arguments, null));
        assertEquals(code, failure.exitCode());
        assertTrue(String.valueOf(failure.getMessage()).contains(reason), failure.getMessage());
    }

    @Test
    void aFolderThatIsNoDistributionIsNamed() throws Exception {
        Files.delete(distribution.resolve("system"));
        StartFailure failure = assertThrows(StartFailure.class, this::places);
        assertEquals(78, failure.exitCode());
        assertTrue(String.valueOf(failure.getMessage()).contains("unpack the zip again"), failure.getMessage());
    }

    @Test
    void aBootBundleThatIsMissingIsNamed() throws Exception {
        StartFailure failure = assertThrows(StartFailure.class, () -> BootBundles.of(places()));
        assertEquals(78, failure.exitCode());
        assertTrue(String.valueOf(failure.getMessage()).contains("lacks org.osgi.util.function"), failure.getMessage());
    }

    @Test
    void aHomeHasOneServer() throws Exception {
        Places places = places();
        try (HomeLock _ = HomeLock.take(places)) {
            StartFailure failure = assertThrows(StartFailure.class, () -> HomeLock.take(places));
            assertEquals(75, failure.exitCode());
            assertTrue(
                    String.valueOf(failure.getMessage())
                            .contains("is in use by process "
                                    + ProcessHandle.current().pid()),
                    failure.getMessage());
        }
        try (HomeLock _ = HomeLock.take(places)) {
            assertEquals(
                    ProcessHandle.current().pid() + "\n",
                    Files.readString(places.data().resolve("mutatio.pid")));
        }
    }

    /// Its port may be somebody else's by now, who is not to be sent a token.
    @Test
    void theAddressOfAServerThatWasKilledIsForgotten() throws Exception {
        Places places = places();
        Files.writeString(places.data().resolve("admin.address"), "127.0.0.1:1");
        Files.writeString(places.data().resolve("admin.token"), "secret");
        try (HomeLock _ = HomeLock.take(places)) {
            assertFalse(Files.exists(places.data().resolve("admin.address")));
            assertFalse(Files.exists(places.data().resolve("admin.token")));
        }
    }
}
