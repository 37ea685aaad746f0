package org.mutatio.pipeline.transaction;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.api.pipeline.Session;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.pipeline.filters.FilterTable;
import org.mutatio.pipeline.gate.Gate;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailId;

/// Opens sessions and knows how many transactions are open.
public final class MailPipeline implements Pipeline, Appends {

    private static final String OWN_NAME = "org.mutatio.pipeline";

    private final Services services;
    private final FilterTable filters;
    private final Asking asking;
    private final Audience observers;
    private final Limits limits;
    private final Meters meters;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final String version;
    private final boolean rehearsal;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private int open;

    /// Largest message-size of a policy set, found once for each set.
    private record Largest(long version, long octets) {}

    private volatile @Nullable Largest largest;

    /// @param version of our bundle, for the trace
    public MailPipeline(
            Services services,
            FilterTable filters,
            Gate gate,
            Observers observers,
            Limits limits,
            Meters meters,
            InstantSource clock,
            RandomGenerator random,
            String version) {
        this.services = services;
        this.filters = filters;
        this.asking = new Asking(gate, clock);
        this.observers = observers;
        this.limits = limits;
        this.meters = meters;
        this.clock = clock;
        this.random = random;
        this.version = version;
        this.rehearsal = false;
    }

    private MailPipeline(MailPipeline live, Services services) {
        this.services = services;
        this.filters = live.filters;
        this.asking = live.asking;
        this.observers = Audience.NOBODY;
        this.limits = live.limits;
        this.meters = new Meters();
        this.clock = live.clock;
        this.random = live.random;
        this.version = live.version;
        this.rehearsal = true;
    }

    /// The same policies and filters, but nothing that happens in it is counted, told or logged as mail.
    MailPipeline rehearsing(Services over) {
        return new MailPipeline(this, over);
    }

    /// What would become of a message now; see [Rehearsal].
    public Rehearsal.Result rehearse(Rehearsal.Attempt attempt) throws StoreUnavailableException {
        transactionBegan(); // so that a swap waits for it as for a real one
        try {
            return Rehearsal.of(this, attempt);
        } finally {
            transactionEnded();
        }
    }

    @Override
    public Session open(SessionFacts facts) {
        return new MailSession(this, facts);
    }

    @Override
    public Appended append(Append append, Spool content, ByteBuffer summary)
            throws RefusedChangeException, StoreUnavailableException {
        try (Appending appending = new Appending(this, append)) {
            return appending.append(content, summary);
        }
    }

    Services services() {
        return services;
    }

    FilterTable filters() {
        return filters;
    }

    Asking asking() {
        return asking;
    }

    Audience observers() {
        return observers;
    }

    Limits limits() {
        return limits;
    }

    /// Nothing of it is to be logged as mail.
    boolean rehearsal() {
        return rehearsal;
    }

    Meters meters() {
        return meters;
    }

    InstantSource clock() {
        return clock;
    }

    String name() {
        return OWN_NAME;
    }

    String version() {
        return version;
    }

    MailId newId() {
        return MailId.of(clock.instant(), random);
    }

    /// The largest message that any policy of the set takes: above it MAIL is refused already.
    long largestMessage(PolicySet set) {
        Largest known = largest;
        if (known == null || known.version() != set.version()) {
            long octets = set.defaults().size("limits.message-size").octets();
            for (Domain domain : set.domains()) {
                octets = Math.max(
                        octets,
                        set.of(domain)
                                .map(policy ->
                                        policy.size("limits.message-size").octets())
                                .orElse(0L));
            }
            known = new Largest(set.version(), octets);
            largest = known;
        }
        return known.octets();
    }

    /// The account's own, else that of the policy, where 0 means none.
    static OptionalLong quota(Account account, Policy policy) {
        if (account.quota().isPresent()) {
            return OptionalLong.of(account.quota().get().octets());
        }
        long octets = policy.size("limits.quota").octets();
        return octets == 0 ? OptionalLong.empty() : OptionalLong.of(octets);
    }

    void transactionBegan() {
        lock.lock();
        try {
            open++;
        } finally {
            lock.unlock();
        }
    }

    void transactionEnded() {
        lock.lock();
        try {
            open--;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Transactions that have begun and not ended.
    public int openTransactions() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until no transaction is open.
    ///
    /// @return how many still are
    public int drain(Instant deadline) {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(
                    Math.max(0, Duration.between(clock.instant(), deadline).toMillis()));
            while (open > 0 && left > 0) {
                left = ended.awaitNanos(left);
            }
            return open;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // not by us; the deployer sees what is left
            return open;
        } finally {
            lock.unlock();
        }
    }
}
