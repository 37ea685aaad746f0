package org.mutatio.api.admin;

/// An action could not be done; the message says what and how to cure it, for the administrator.
public final class ActionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public ActionException(int exitCode, String message) {
        this.exitCode = exitCode;
        super(message);
    }

    /// 64, EX_USAGE.
    public static ActionException usage(String message) {
        return new ActionException(64, message);
    }

    /// 65, EX_DATAERR: a file or value given is wrong.
    public static ActionException data(String message) {
        return new ActionException(65, message);
    }

    /// 67, EX_NOUSER: no such account, mail, queue entry, bundle.
    public static ActionException notFound(String message) {
        return new ActionException(67, message);
    }

    /// 75, EX_TEMPFAIL: not now.
    public static ActionException notNow(String message) {
        return new ActionException(75, message);
    }

    public int exitCode() {
        return exitCode;
    }
}
