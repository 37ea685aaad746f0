package org.mutatio.router.routing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.policy.RouteProvider;

/// Stands between us and one route provider: foreign code, so it has a deadline, a few platform threads of its own (a
/// loop in it cannot hold up the virtual ones) and a breaker: five faults in a row, and it is left alone for a while.
/// A call that is given up goes on in its thread; when all are lost, every answer is "not now".
final class ProviderGate implements AutoCloseable {

    private static final int THREADS = 4;
    private static final int FAULTS = 5;
    private static final Duration REST = Duration.ofSeconds(30);

    /// It could not say; the reason is for our trace.
    static final class UnansweredException extends Exception {
        private static final long serialVersionUID = 1L;

        UnansweredException(String reason) {
            super(reason);
        }
    }

    private final String name;
    private final RouteProvider provider;
    private final Duration deadline;
    private final InstantSource clock;
    private final ThreadPoolExecutor pool;
    private int faults;
    private Instant restsUntil = Instant.MIN;

    ProviderGate(String name, RouteProvider provider, Duration deadline, InstantSource clock) {
        this.name = name;
        this.provider = provider;
        this.deadline = deadline;
        this.clock = clock;
        this.pool = new ThreadPoolExecutor(0, THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
            Thread thread = new Thread(work, "route-provider-" + name);
            thread.setDaemon(true);
            return thread;
        });
    }

    RouteProvider provider() {
        return provider;
    }

    Optional<String> route(ReversePath sender, MailAddress recipient, long size) throws UnansweredException {
        rested();
        FutureTask<Optional<String>> call = new FutureTask<>(() -> guarded(sender, recipient, size));
        try {
            pool.execute(call);
        } catch (RejectedExecutionException e) {
            throw fault("all its " + THREADS + " threads are busy");
        }
        try {
            Optional<String> answer = call.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            good();
            return answer;
        } catch (TimeoutException e) {
            throw fault("did not answer within " + deadline.toMillis() + " ms");
        } catch (java.util.concurrent.ExecutionException e) {
            throw fault("failed: " + e.getCause());
        } catch (InterruptedException e) { // nobody of ours does that; keep the fact
            Thread.currentThread().interrupt();
            throw fault("the call was interrupted");
        }
    }

    /// Everything that foreign code can throw ends here, errors too.
    private Optional<String> guarded(ReversePath sender, MailAddress recipient, long size) throws UnansweredException {
        try {
            Optional<String> answer = provider.route(sender, recipient, size);
            if (answer == null) {
                throw new UnansweredException("returned null");
            }
            return answer;
        } catch (UnansweredException e) {
            throw e;
        } catch (Throwable e) {
            throw new UnansweredException(e.toString());
        }
    }

    private synchronized void rested() throws UnansweredException {
        if (clock.instant().isBefore(restsUntil)) {
            throw new UnansweredException("route provider " + name + " rests after " + FAULTS + " faults");
        }
    }

    private synchronized void good() {
        faults = 0;
    }

    private synchronized UnansweredException fault(String reason) {
        if (++faults >= FAULTS) {
            faults = 0;
            restsUntil = clock.instant().plus(REST);
        }
        return new UnansweredException("route provider " + name + " " + reason);
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
