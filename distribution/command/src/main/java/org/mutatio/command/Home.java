package org.mutatio.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The folder with config, data and plugins.
record Home(Path folder) {

    /// @throws ExitException 64: no home was named
    static Home of(Optional<String> option) throws ExitException {
        String named = option.orElse(System.getenv("MUTATIO_HOME"));
        if (named == null || named.isBlank()) {
            throw new ExitException(ExitException.USAGE, "no home given; use --home DIR, or set MUTATIO_HOME");
        }
        return new Home(Path.of(named).toAbsolutePath().normalize());
    }

    Path data() {
        return folder.resolve("data");
    }

    Path configuration() {
        return folder.resolve("config/mutatio.toml");
    }

    /// What the running server wrote for its administrator.
    private Optional<String> read(String name) throws ExitException {
        Path file = data().resolve(name);
        try {
            return Files.exists(file)
                    ? Optional.of(
                            Files.readString(file, StandardCharsets.US_ASCII).strip())
                    : Optional.empty();
        } catch (IOException e) {
            throw new ExitException(
                    77, "cannot read " + file + ": " + e.getMessage() + "; run this as the server's user or root");
        }
    }

    Optional<String> address() throws ExitException {
        return read("admin.address");
    }

    Optional<String> token() throws ExitException {
        return read("admin.token");
    }

    /// The process that runs on this home, if one does.
    Optional<ProcessHandle> process() throws ExitException {
        Optional<String> pid = read("mutatio.pid");
        if (pid.isEmpty() || pid.get().isEmpty() || !pid.get().chars().allMatch(Character::isDigit)) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(pid.get()))
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info()
                        .command()
                        .map(command -> command.contains("java"))
                        .orElse(true));
    }
}
