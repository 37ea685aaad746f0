package org.mutatio.launcher;

import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What no thread of ours has caught. An OutOfMemoryError has left something half done that nobody knows of: the
/// process halts at once, and the next start has all that was answered 250. (A filter's is caught where the filter is
/// called.)
final class Uncaught implements Thread.UncaughtExceptionHandler {
    /// EX_OSERR of sysexits: the system could not give what was needed.
    static final int SYSTEM_ERROR = 71;

    private static final Logger LOG = LoggerFactory.getLogger(Uncaught.class);

    private final IntConsumer halt;

    /// @param halt ends the process without hooks
    Uncaught(IntConsumer halt) {
        this.halt = halt;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        boolean memory = thrown instanceof OutOfMemoryError;
        try {
            LOG.error("event=thread-failed thread=\"{}\" halt={}", thread.getName(), memory, thrown);
        } finally { // to log may want memory too
            if (memory) {
                halt.accept(SYSTEM_ERROR);
            }
        }
    }
}
