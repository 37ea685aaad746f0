package org.mutatio.smtp.session;

import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Lends read buffers, so that an idle connection holds none. Keeps a few for the next; the rest is the collector's.
final class Buffers {
    static final int SIZE = 32 * 1024;
    private static final int KEPT = 64;

    private final ArrayBlockingQueue<byte[]> free = new ArrayBlockingQueue<>(KEPT);

    byte[] lend() {
        byte @Nullable [] buffer = free.poll();
        return buffer == null ? new byte[SIZE] : buffer;
    }

    void takeBack(byte[] buffer) {
        if (!free.offer(buffer)) {
            return; // enough are kept
        }
    }
}
