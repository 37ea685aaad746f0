package org.mutatio.router.policy;

import java.io.IOException;

/// Reads what a policy may only point at.
@FunctionalInterface
public interface SecretReader {

    /// @param kind `file` (relative to `config/`) or `env`
    /// @throws IOException it is not there or cannot be read; the message says which and why, never what
    String read(String kind, String name) throws IOException;
}
