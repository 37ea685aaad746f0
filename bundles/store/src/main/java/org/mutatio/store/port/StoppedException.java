package org.mutatio.store.port;

/// No further message of this account (or of any: `all`) can be taken; says why.
final class StoppedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean all;

    StoppedException(boolean all, String why) {
        this.all = all;
        super(why);
    }

    /// Not even another account's.
    boolean all() {
        return all;
    }
}
