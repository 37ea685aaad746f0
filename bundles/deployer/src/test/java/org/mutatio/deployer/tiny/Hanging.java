package org.mutatio.deployer.tiny;

import java.util.concurrent.locks.LockSupport;

/// Hangs in its constructor, as one does that waits for a server without a deadline.
public final class Hanging implements Runnable {
    private volatile boolean done;

    public Hanging() {
        while (!done) {
            LockSupport.park(this);
        }
    }

    @Override
    public void run() {
        done = true;
    }
}
