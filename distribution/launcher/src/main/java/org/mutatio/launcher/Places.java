package org.mutatio.launcher;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where things lie: the home (writable: `config`, `data`, `plugins`) and the distribution (read only: `lib`,
/// `system`).
///
/// @param home what the administrator owns
/// @param distribution the unpacked zip
record Places(Path home, Path distribution) {

    Path data() {
        return home.resolve("data");
    }

    Path system() {
        return distribution.resolve("system");
    }

    /// From `--home DIR`, else `MUTATIO_HOME`; the distribution is the folder above the one this class's jar lies in,
    /// unless `-Dmutatio.distribution` names it.
    ///
    /// @throws StartFailure 64 when no home is named or an argument is unknown, 78 when the home is none
    static Places of(List<String> arguments, @Nullable String environmentHome) throws StartFailure {
        String home = environmentHome;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--home") && i + 1 < arguments.size()) {
                home = arguments.get(++i);
            } else if (argument.startsWith("--home=")) {
                home = argument.substring("--home=".length());
            } else {
                throw new StartFailure(64, "unknown argument " + argument + "; use: mutatio run --home DIR");
            }
        }
        if (home == null || home.isBlank()) {
            throw new StartFailure(64, "no home given; use: mutatio run --home DIR, or set MUTATIO_HOME");
        }
        Path at = Path.of(home).toAbsolutePath().normalize();
        if (!Files.isRegularFile(at.resolve("config").resolve("mutatio.toml"))) {
            throw new StartFailure(
                    78,
                    at + " is no home: config/mutatio.toml is missing; make one with: mutatio quickstart --home " + at);
        }
        return new Places(at, distributionFolder());
    }

    private static Path distributionFolder() throws StartFailure {
        String named = System.getProperty("mutatio.distribution");
        try {
            Path folder = named != null
                    ? Path.of(named)
                    : Path.of(Places.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI())
                            .resolve("../..");
            Path normal = folder.toAbsolutePath().normalize();
            if (!Files.isDirectory(normal.resolve("system"))) {
                throw new StartFailure(
                        78, normal + " is no distribution: it has no folder system; unpack the zip again");
            }
            return normal;
        } catch (URISyntaxException e) {
            throw new StartFailure(70, "the distribution's place is unknown: " + e.getMessage());
        }
    }

    /// Makes `data` and `plugins`.
    ///
    /// @throws StartFailure 73 when that is not possible
    void prepare() throws StartFailure {
        try {
            if (!Files.isDirectory(data())) {
                Files.createDirectories(
                        data(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.createDirectories(data().resolve("log"));
            Files.createDirectories(home.resolve("plugins"));
        } catch (IOException e) {
            throw new StartFailure(73, "cannot write to the home " + home + ": " + e + "; check its owner and mode");
        }
    }
}
