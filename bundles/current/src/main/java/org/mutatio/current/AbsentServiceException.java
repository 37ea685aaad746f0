package org.mutatio.current;

/// Nobody gives a service that is needed, and none came within the wait. To the client that is 451 4.3.0 or
/// NO [UNAVAILABLE]: a swap that took too long, or a bundle that does not run.
public final class AbsentServiceException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public AbsentServiceException(String message) {
        super(message);
    }
}
