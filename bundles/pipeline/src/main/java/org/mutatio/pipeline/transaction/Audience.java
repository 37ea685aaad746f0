package org.mutatio.pipeline.transaction;

/// Who is told of what became of messages, off the session's path.
@FunctionalInterface
interface Audience {

    Audience NOBODY = (_, _) -> {};

    /// @param octets that the work holds while it waits
    void tell(Runnable work, long octets);
}
