package org.mutatio.pipeline.gate;

/// A filter came back, but wanted what it may not.
public final class MisdeedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String kind;

    /// @param kind `undeclared`, `edit`
    public MisdeedException(String kind, String reason) {
        this.kind = kind;
        super(reason);
    }

    public String kind() {
        return kind;
    }
}
