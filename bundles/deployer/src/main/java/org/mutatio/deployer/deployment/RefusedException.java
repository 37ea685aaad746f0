package org.mutatio.deployer.deployment;

/// A bundle is not deployed; what ran before runs. The message is for the administrator.
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
