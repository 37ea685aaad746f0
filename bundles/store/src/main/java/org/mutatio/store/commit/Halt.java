package org.mutatio.store.commit;

/// Ends the process at once: what is on the disk is not known any more, or an event of ours did not apply. A seam, so
/// that tests survive it.
@FunctionalInterface
public interface Halt {

    /// EX_IOERR of sysexits.
    int IO_ERROR = 74;

    void halt(String reason, Throwable cause);
}
