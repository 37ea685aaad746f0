package org.mutatio.pipeline.bulkhead;

/// All threads of a plugin are taken.
public final class BusyException extends Exception {
    private static final long serialVersionUID = 1L;

    BusyException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
