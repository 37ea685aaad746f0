package org.mutatio.store.commit;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.StoreClosedException;
import org.mutatio.store.event.Event;
import org.mutatio.store.index.Index;
import org.mutatio.store.index.Index.Applied;
import org.mutatio.store.state.StoreState;
import org.mutatio.store.view.LoadedMailbox;
import org.mutatio.store.view.MessageRow;
import org.mutatio.store.view.UidRanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the applied state, the loaded mailboxes and the index along, in the order of the journal.
///
/// Threads: one platform thread of its own does all of it, loading of mailboxes included, so that a load sees exactly
/// the events before it. An error of H2 closes the index; it is opened again (rebuilt if need be) and the missing
/// events are replayed, while state and views go on in memory: no client sees it.
public final class Applier implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);
    private static final int MOST_BATCHES = 1024;
    /// Backlog from which on new mail is told to come later.
    static final int MOST_EVENTS = 10_000;
    private static final long FINGERPRINT_SETTLE_MILLIS = 2_000;
    private static final int MOST_IDLE_MAILBOXES = 128;

    /// One durable batch, or something to do in order.
    private sealed interface Work {
        record Batch(List<Applied> events, List<Task> tasks) implements Work {}

        record Load(long mailbox, CompletableFuture<Boolean> done) implements Work {}

        record Checkpoint(CompletableFuture<Index.Checkpoint> made) implements Work {}

        record Forget(long segment) implements Work {}

        record Stop() implements Work {}
    }

    /// Opens the index, anew when it is broken.
    public interface IndexOpener {
        /// An index that has everything up to the last durable record before `upTo`.
        Index reopen(long upTo) throws IOException;
    }

    private final BlockingQueue<Work> queue = new ArrayBlockingQueue<>(MOST_BATCHES);
    private final AtomicInteger backlog = new AtomicInteger();
    private final StoreState state;
    private final IndexOpener opener;
    private final Halt halt;
    private final java.time.InstantSource clock;
    private final Map<Long, LoadedMailbox> loaded = new ConcurrentHashMap<>();
    private final Map<String, Long> written = new HashMap<>();
    private final Thread thread;
    private volatile Index index;
    private volatile long applied;
    /// When the index failed, by [System#nanoTime]; 0 while it works.
    private volatile long failedSince;
    private volatile @Nullable String indexProblem;
    private volatile boolean ending;
    /// Its thread takes nothing any more.
    private volatile boolean ended;

    public Applier(
            StoreState state, Index index, long applied, IndexOpener opener, Halt halt, java.time.InstantSource clock) {
        this.state = state;
        this.index = index;
        this.applied = applied;
        this.opener = opener;
        this.halt = halt;
        this.clock = clock;
        state.unanswered().forEach((print, what) -> written.put(print, what.sequence()));
        thread = Thread.ofPlatform().name("mutatio-store-applier").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    public Index index() {
        return index;
    }

    public long applied() {
        return applied;
    }

    /// Events durable and not yet applied.
    public int backlog() {
        return backlog.get();
    }

    /// Whether it is too far behind for new work: 10,000 events, or an index that has failed for 2 s. One that works is
    /// only slow: a client that moves 100,000 messages, or opens a mailbox of them, keeps others waiting for their
    /// answer, and never has their mail refused.
    public boolean behind() {
        long since = failedSince;
        return backlog.get() > MOST_EVENTS || since != 0 && System.nanoTime() - since > TimeUnit.SECONDS.toNanos(2);
    }

    /// What is wrong with the index now, if something is.
    public Optional<String> problem() {
        return Optional.ofNullable(indexProblem);
    }

    /// Waits while the queue is full: the committer then writes no faster than we apply.
    void submit(List<Applied> events, List<Task> tasks) {
        backlog.addAndGet(events.size());
        put(new Work.Batch(events, tasks));
    }

    private void put(Work work) {
        boolean interrupted = false;
        while (true) {
            try {
                queue.put(work);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (ended) {
            refuseWaiting();
        }
    }

    /// Whoever came behind the stop is told so. What is put in before `ended` is seen by the thread that ends, what
    /// comes later by the one that put it in.
    private void refuseWaiting() {
        for (Work work = queue.poll(); work != null; work = queue.poll()) {
            switch (work) {
                case Work.Batch batch -> batch.tasks().forEach(Task::done); // durable: the next start applies it
                case Work.Load load -> {
                    boolean _ = load.done().complete(false);
                }
                case Work.Checkpoint checkpoint -> {
                    boolean _ = checkpoint.made().completeExceptionally(new IOException("the store is closed"));
                }
                case Work.Forget _, Work.Stop _ -> {}
            }
        }
    }

    public @Nullable LoadedMailbox loaded(long mailbox) {
        return loaded.get(mailbox);
    }

    /// The mailbox in memory; loads it when it is not there.
    ///
    /// @return empty when there is no such mailbox
    /// @throws StoreClosedException whether there is one is not said
    public Optional<LoadedMailbox> load(long mailbox) throws StoreClosedException {
        LoadedMailbox known = loaded.get(mailbox);
        if (known != null) {
            return Optional.of(known);
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        put(new Work.Load(mailbox, done));
        if (!done.join()) {
            throw new StoreClosedException();
        }
        return Optional.ofNullable(loaded.get(mailbox));
    }

    /// Asks for a mailbox without waiting.
    void loadSoon(long mailbox) {
        put(new Work.Load(mailbox, new CompletableFuture<>()));
    }

    /// The index as it is between two batches; to be closed.
    public Index.Checkpoint checkpoint() throws IOException {
        CompletableFuture<Index.Checkpoint> made = new CompletableFuture<>();
        put(new Work.Checkpoint(made));
        try {
            return made.join();
        } catch (CompletionException e) {
            throw new IOException("the index gives no checkpoint: " + e.getCause(), e);
        }
    }

    /// Forgets where the records of a deleted segment lay.
    public void forget(long segment) {
        put(new Work.Forget(segment));
    }

    private void forgetNow(long segment) {
        try {
            index.forget(segment);
        } catch (SQLException e) {
            // Rows that name a segment which is gone cost room and nothing else.
            LOG.warn("event=index.not-forgotten segment={} reason=\"{}\"", segment, e.toString());
        }
    }

    private void run() {
        try {
            while (true) {
                Work work = take();
                switch (work) {
                    case Work.Batch batch -> apply(gather(batch));
                    case Work.Load(long mailbox, CompletableFuture<Boolean> done) -> {
                        boolean _ = done.complete(loadNow(mailbox));
                    }
                    case Work.Checkpoint(CompletableFuture<Index.Checkpoint> made) -> checkpointNow(made);
                    case Work.Forget(long segment) -> forgetNow(segment);
                    case Work.Stop _ -> {
                        return;
                    }
                }
            }
        } catch (Throwable e) {
            // An event of ours that does not apply is a bug: going on would serve a wrong state.
            halt.halt("the applier failed", e);
        } finally {
            ended = true;
            refuseWaiting();
        }
    }

    private Work take() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                LOG.warn("event=applier.interrupted"); // nobody of ours does that
            }
        }
    }

    /// Joins batches that wait already, so that one transaction serves them all.
    private Work.Batch gather(Work.Batch first) {
        List<Applied> events = new ArrayList<>(first.events());
        List<Task> tasks = new ArrayList<>(first.tasks());
        while (events.size() < 2_000 && queue.peek() instanceof Work.Batch) {
            Work.Batch next = (Work.Batch) take();
            events.addAll(next.events());
            tasks.addAll(next.tasks());
        }
        return new Work.Batch(events, tasks);
    }

    private void apply(Work.Batch batch) throws IOException {
        List<String> drop = new ArrayList<>();
        for (Applied event : batch.events()) {
            state.apply(event.sequence(), event.event());
            if (event.event() instanceof Event.AnswersRead(var prints)) {
                for (String print : prints) {
                    if (written.remove(print) != null) {
                        drop.add(print);
                    }
                }
            }
        }
        long sequence = batch.events().getLast().sequence();
        try {
            index.apply(batch.events(), state, window(drop, sequence));
        } catch (SQLException e) {
            repair(e, sequence);
        }
        for (Applied event : batch.events()) {
            view(event);
        }
        applied = sequence;
        backlog.addAndGet(-batch.events().size());
        batch.tasks().forEach(Task::done);
    }

    private Index.FingerprintWindow window(List<String> drop, long sequence) {
        long now = clock.millis();
        Map<String, StoreState.Unanswered> put = new LinkedHashMap<>();
        long floor = sequence + 1;
        state.forgetOld(now);
        for (var entry : state.unanswered().entrySet()) {
            if (written.containsKey(entry.getKey())) {
                continue;
            }
            if (now - entry.getValue().at() > FINGERPRINT_SETTLE_MILLIS) {
                put.put(entry.getKey(), entry.getValue());
                written.put(entry.getKey(), entry.getValue().sequence());
            } else {
                floor = Math.min(floor, entry.getValue().sequence());
            }
        }
        return new Index.FingerprintWindow(put, drop, floor);
    }

    /// The index failed: a full disk, or H2 itself. State and views are right in memory already.
    private void repair(SQLException cause, long sequence) {
        LOG.error("event=index.failed reason=\"{}\"", cause.toString());
        indexProblem = "index failed: " + cause.getMessage();
        failedSince = System.nanoTime() | 1; // never 0
        closeQuietly();
        long wait = 100;
        while (!ending) {
            try {
                index = opener.reopen(sequence);
                indexProblem = null;
                failedSince = 0;
                LOG.info("event=index.reopened applied={}", sequence);
                return;
            } catch (IOException e) {
                LOG.warn("event=index.reopen reason=\"{}\" again={}ms", e.toString(), wait);
                pause(wait);
                wait = Math.min(wait * 2, 5_000);
            }
        }
        LOG.warn("event=index.left-behind reason=\"the store closes; the next start brings it up to the journal\"");
    }

    /// The store closes: an index that fails is not waited for.
    void ending() {
        ending = true;
        java.util.concurrent.locks.LockSupport.unpark(thread);
    }

    private static void pause(long millis) {
        java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private void closeQuietly() {
        try {
            index.close();
        } catch (SQLException e) {
            LOG.warn("event=index.close reason=\"{}\"", e.toString());
        }
    }

    private void view(Applied applied) {
        long sequence = applied.sequence();
        switch (applied.event()) {
            case Event.MailAccepted mail -> {
                Map<Long, List<MessageRow>> rows = new LinkedHashMap<>();
                for (int form = 0; form < mail.forms().size(); form++) {
                    Event.Form outcome = mail.forms().get(form);
                    for (Event.Placed placed : outcome.placed()) {
                        if (loaded.containsKey(placed.mailbox())) {
                            rows.computeIfAbsent(placed.mailbox(), _ -> new ArrayList<>())
                                    .add(new MessageRow(
                                            placed.uid(),
                                            sequence,
                                            placed.asFlags(),
                                            outcome.size(),
                                            placed.dateSeconds(),
                                            sequence,
                                            form));
                        }
                    }
                }
                rows.forEach((mailbox, arrived) -> {
                    arrived.sort(java.util.Comparator.comparingLong(MessageRow::uid));
                    withLoaded(mailbox, box -> box.arrive(arrived, sequence));
                });
            }
            case Event.FlagsChanged flags ->
                withLoaded(flags.mailbox(), box -> {
                    Map<Long, Flags> changed = new LinkedHashMap<>();
                    for (Event.FlagGroup group : flags.groups()) {
                        Flags value = group.asFlags();
                        for (var range : UidRanges.ranges(group.uids())) {
                            for (long uid = range.first(); uid <= range.last(); uid++) {
                                changed.put(uid, value);
                            }
                        }
                    }
                    box.change(changed, sequence);
                });
            case Event.Copied copied -> {
                withLoaded(
                        copied.to(),
                        box -> box.arrive(
                                copied.messages().stream()
                                        .map(message -> new MessageRow(
                                                message.uid(),
                                                sequence,
                                                message.asFlags(),
                                                message.size(),
                                                message.dateSeconds(),
                                                message.mail(),
                                                message.form()))
                                        .toList(),
                                sequence));
                if (copied.move()) {
                    UidRanges gone = new UidRanges();
                    copied.messages().forEach(message -> gone.add(message.source()));
                    withLoaded(copied.from(), box -> box.expunge(gone.list(), sequence));
                }
            }
            case Event.Expunged expunged ->
                withLoaded(expunged.mailbox(), box -> box.expunge(UidRanges.ranges(expunged.uids()), sequence));
            case Event.MailboxNumbered numbered -> {
                LoadedMailbox box = loaded.get(numbered.mailbox());
                if (box != null && !box.number(numbered.uidValidity(), numbered.uidNext(), sequence)) {
                    drop(numbered.mailbox()); // to its sessions another mailbox: they select it anew
                }
            }
            case Event.MailboxDeleted deleted -> drop(deleted.id());
            case Event.AccountDeleted gone -> gone.mailboxes().forEach(this::drop);
            default -> {}
        }
    }

    private void withLoaded(long mailbox, java.util.function.Consumer<LoadedMailbox> change) {
        LoadedMailbox box = loaded.get(mailbox);
        if (box != null) {
            change.accept(box);
        }
    }

    private void drop(long mailbox) {
        LoadedMailbox box = loaded.remove(mailbox);
        if (box != null) {
            box.delete();
        }
    }

    /// @return false: the index failed and the store closes, so nothing is known
    private boolean loadNow(long mailbox) throws IOException {
        if (loaded.containsKey(mailbox)) {
            return true;
        }
        Optional<MailboxInfo> info = state.mailbox(mailbox);
        if (info.isEmpty()) {
            return true;
        }
        if (loaded.size() >= MOST_IDLE_MAILBOXES) {
            loaded.values().removeIf(LoadedMailbox::idle);
        }
        List<MessageRow> rows;
        while (true) {
            try {
                rows = index.messages(mailbox);
                break;
            } catch (SQLException e) {
                repair(e, applied);
                if (ending) {
                    return false;
                }
            }
        }
        MailboxInfo known = info.get();
        loaded.put(
                mailbox, new LoadedMailbox(mailbox, known.uidValidity(), known.uidNext(), known.highestModSeq(), rows));
        return true;
    }

    private void checkpointNow(CompletableFuture<Index.Checkpoint> made) {
        try {
            boolean _ = made.complete(index.checkpoint());
        } catch (SQLException | IOException e) {
            boolean _ = made.completeExceptionally(e);
        }
    }

    /// Applies what is queued, then closes the index.
    @Override
    public void close() throws IOException {
        put(new Work.Stop());
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            index.close();
        } catch (SQLException e) {
            throw Index.failed("the index did not close", e);
        }
    }
}
