package org.mutatio.launcher;

/// The server cannot start: one line for the administrator, with the cure, and the exit code of sysexits.
final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    StartFailure(int exitCode, String message) {
        this.exitCode = exitCode;
        super(message);
    }

    int exitCode() {
        return exitCode;
    }
}
