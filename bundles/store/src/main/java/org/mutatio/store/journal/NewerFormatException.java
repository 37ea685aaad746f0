package org.mutatio.store.journal;

import java.io.IOException;

/// The data was written by a newer release; this one stops and touches nothing.
public final class NewerFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    public NewerFormatException(String message) {
        super(message);
    }
}
