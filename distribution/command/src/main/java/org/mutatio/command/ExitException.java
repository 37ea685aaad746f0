package org.mutatio.command;

/// Ends the command with a line for the administrator and an exit code of sysexits.
final class ExitException extends Exception {
    private static final long serialVersionUID = 1L;

    static final int USAGE = 64;
    static final int DATA = 65;
    static final int NO_INPUT = 66;
    static final int UNAVAILABLE = 69;
    static final int SOFTWARE = 70;
    static final int CANNOT_CREATE = 73;
    static final int IO_ERROR = 74;
    static final int TEMPORARY = 75;
    static final int PROTOCOL = 76;
    static final int NO_PERMISSION = 77;
    static final int CONFIGURATION = 78;

    private final int code;

    ExitException(int code, String message) {
        this.code = code;
        super(message);
    }

    int code() {
        return code;
    }
}
