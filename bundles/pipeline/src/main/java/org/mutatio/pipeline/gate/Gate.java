package org.mutatio.pipeline.gate;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.mutatio.api.metrics.Meters;
import org.mutatio.pipeline.bulkhead.BusyException;
import org.mutatio.pipeline.filters.Breaker;
import org.mutatio.pipeline.filters.FilterEntry;
import org.mutatio.pipeline.mail.UndeclaredEditException;
import org.mutatio.sdk.filter.Decision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Through here goes each call of a filter: the breaker is asked, the deadline runs, everything that it throws is
/// caught, what it wanted is checked.
///
/// Threads: filters of bundles `org.mutatio.*` run on the caller's thread under the [Watchdog], all others on the
/// [org.mutatio.pipeline.bulkhead.Bulkhead] of their plugin, whence a late result comes to nobody.
public final class Gate {

    private static final Logger log = LoggerFactory.getLogger(Gate.class);
    private static final int LONGEST_REASON = 300;

    private final Meters meters;
    private final Watchdog watchdog;

    public Gate(Meters meters, Watchdog watchdog) {
        this.meters = meters;
        this.watchdog = watchdog;
    }

    /// @param domain whose policy rules the call; the breaker is by filter and domain
    /// @param left of the time for all filters together
    /// @param about mail or session id, for the log
    public Answer call(FilterEntry filter, String domain, Duration left, String about, Call call) {
        if (left.isNegative() || left.isZero()) {
            return new Answer.OutOfTime(0);
        }
        Breaker breaker = filter.breaker(domain);
        if (!breaker.admits()) {
            meters.counter("mutatio_filter_faults_total", "filter", filter.name(), "kind", "open")
                    .add();
            return new Answer.Fault("open", "its breaker for " + domain + " is open", 0);
        }
        boolean cut = left.compareTo(filter.declared().deadline()) < 0;
        Duration deadline = cut ? left : filter.declared().deadline();
        long began = System.nanoTime();
        Answer answer = ask(filter, deadline, cut, began, call);
        filter.called();
        meters.histogram("mutatio_filter_seconds", "filter", filter.name()).observe(System.nanoTime() - began);
        switch (answer) {
            case Answer.Decided _ -> breaker.success();
            case Answer.OutOfTime _ -> breaker.undecided();
            case Answer.Fault fault -> {
                filter.failed();
                meters.counter("mutatio_filter_faults_total", "filter", filter.name(), "kind", fault.kind())
                        .add();
                log.warn(
                        "event=filter.fault id={} filter={} version=\"{}\" domain={} kind={} reason=\"{}\"",
                        about,
                        filter.name(),
                        filter.origin().version(),
                        domain,
                        fault.kind(),
                        fault.reason());
                if (breaker.fault()) {
                    log.warn("event=filter.breaker filter={} domain={} state=open", filter.name(), domain);
                }
            }
        }
        return answer;
    }

    private Answer ask(FilterEntry filter, Duration deadline, boolean cut, long began, Call call) {
        Decision decision;
        try {
            decision = run(filter, deadline, call);
        } catch (TimeoutException e) {
            return cut
                    ? new Answer.OutOfTime(micros(began))
                    : new Answer.Fault("deadline", "no answer within " + deadline.toMillis() + " ms", micros(began));
        } catch (BusyException e) {
            return new Answer.Fault("busy", describe(e), micros(began));
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String kind = cause instanceof UndeclaredEditException ? "undeclared" : "throws";
            return new Answer.Fault(kind, describe(cause == null ? e : cause), micros(began));
        } finally {
            call.end();
        }
        if (decision == null) {
            return new Answer.Fault("null", "it answered null", micros(began));
        }
        try {
            call.settle();
        } catch (MisdeedException e) {
            return new Answer.Fault(e.kind(), clean(new StringBuilder(String.valueOf(e.getMessage()))), micros(began));
        }
        return new Answer.Decided(decision, micros(began));
    }

    private @org.jspecify.annotations.Nullable Decision run(FilterEntry filter, Duration deadline, Call call)
            throws TimeoutException, BusyException, ExecutionException {
        Callable<Decision> work = call::ask;
        if (filter.bulkhead().isPresent()) {
            return filter.bulkhead().get().call(work, deadline);
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(filter.origin().loader());
        long number = watchdog.entered(filter.name(), deadline);
        try {
            return work.call();
        } catch (Throwable e) { // whatever a filter throws ends here
            throw new ExecutionException("a filter threw", e); // with the cause alone it would ask it for its words
        } finally {
            watchdog.left(number);
            thread.setContextClassLoader(before);
        }
    }

    private static long micros(long began) {
        return (System.nanoTime() - began) / 1_000;
    }

    /// Class, message and place, on one line; hostile exceptions included.
    static String describe(Throwable thrown) {
        StringBuilder text = new StringBuilder(thrown.getClass().getName());
        try {
            String message = thrown.getMessage();
            if (message != null) {
                text.append(": ").append(message);
            }
            StackTraceElement[] stack = thrown.getStackTrace();
            if (stack.length > 0) {
                text.append(" at ").append(stack[0]);
            }
        } catch (RuntimeException | StackOverflowError e) {
            text.append(" (and its message threw)");
        }
        return clean(text);
    }

    private static String clean(StringBuilder text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i)) || text.charAt(i) == '"') {
                text.setCharAt(i, ' ');
            }
        }
        return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text.toString();
    }
}
