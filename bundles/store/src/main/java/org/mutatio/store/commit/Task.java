package org.mutatio.store.commit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;

/// One change on its way, with the caller that waits for it.
final class Task {
    final @Nullable Change<?> change;
    /// In place of a change: the store's own.
    final @Nullable OwnChange own;
    /// For Deliver: name of the blob that holds the octets already; empty when there is none.
    final String blob;
    private final CountDownLatch durable = new CountDownLatch(1);
    private final CountDownLatch applied = new CountDownLatch(1);
    private volatile @Nullable Object result;
    private volatile @Nullable RefusedChangeException refused;
    private volatile @Nullable StoreUnavailableException unavailable;

    Task(Change<?> change, String blob) {
        this.change = change;
        this.own = null;
        this.blob = blob;
    }

    Task(OwnChange own) {
        this.change = null;
        this.own = own;
        this.blob = "";
    }

    @Override
    public String toString() {
        return change != null ? change.getClass().getSimpleName() : "one of the store's own";
    }

    void result(Object value) {
        result = value;
    }

    void refuse(RefusedChangeException why) {
        refused = why;
        done();
    }

    void fail(StoreUnavailableException why) {
        unavailable = why;
        done();
    }

    void durable() {
        durable.countDown();
    }

    void done() {
        durable.countDown();
        applied.countDown();
    }

    /// Waits until it is durable, then up to two more seconds until it is applied: what is durable is kept.
    Object await(long applyMillis) throws RefusedChangeException, StoreUnavailableException {
        boolean interrupted = false;
        while (true) {
            try {
                durable.await();
                boolean _ = applied.await(applyMillis, TimeUnit.MILLISECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true; // nobody of ours does that; the answer must be waited for
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        RefusedChangeException no = refused;
        if (no != null) {
            throw new RefusedChangeException(no.refusal(), String.valueOf(no.getMessage()));
        }
        StoreUnavailableException notNow = unavailable;
        if (notNow != null) {
            throw new StoreUnavailableException(notNow.reply(), String.valueOf(notNow.getMessage()));
        }
        Object value = result;
        if (value == null) {
            throw new IllegalStateException("a change without result: " + this);
        }
        return value;
    }
}
