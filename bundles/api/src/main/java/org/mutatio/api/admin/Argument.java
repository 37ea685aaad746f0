package org.mutatio.api.admin;

/// One argument or option of an [Action].
///
/// @param name `ADDRESS` for a positional one, `--since` for an option, `--yes` with kind FLAG
/// @param description one line
public record Argument(String name, Kind kind, String description) {

    /// How it is given.
    public enum Kind {
        /// Positional, must be there.
        REQUIRED,
        /// Positional, may be absent.
        OPTIONAL,
        /// `--name VALUE`.
        OPTION,
        /// `--name`.
        FLAG,
        /// `--name FILE`: the command line reads the file (or standard input for `-`) and sends its content.
        FILE,
        /// `--name`: the command line asks for a secret without echo, or takes it with `--name-stdin`.
        SECRET
    }

    public static Argument required(String name, String description) {
        return new Argument(name, Kind.REQUIRED, description);
    }

    public static Argument optional(String name, String description) {
        return new Argument(name, Kind.OPTIONAL, description);
    }

    public static Argument option(String name, String description) {
        return new Argument(name, Kind.OPTION, description);
    }

    public static Argument flag(String name, String description) {
        return new Argument(name, Kind.FLAG, description);
    }

    public static Argument file(String name, String description) {
        return new Argument(name, Kind.FILE, description);
    }
}
