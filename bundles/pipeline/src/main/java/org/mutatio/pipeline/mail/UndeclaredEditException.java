package org.mutatio.pipeline.mail;

/// A filter wanted to edit what its `changes` do not declare, or after its call had ended: its fault.
public final class UndeclaredEditException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    UndeclaredEditException(String reason) {
        super(reason);
    }
}
