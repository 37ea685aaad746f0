package org.mutatio.store.commit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreClosedException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.store.event.Event;
import org.mutatio.store.event.EventCodec;
import org.mutatio.store.index.Index.Applied;
import org.mutatio.store.journal.Entry;
import org.mutatio.store.journal.Journal;
import org.mutatio.store.journal.Location;
import org.mutatio.store.state.StoreState;
import org.mutatio.store.view.LoadedMailbox;
import org.mutatio.store.view.MailboxVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The single writer: takes what has queued up, decides it against the head, makes it durable with one force, hands
/// it to the applier.
///
/// Threads: one platform thread of its own; callers wait on their task. The fsync of batch n+1 overlaps the applying
/// of batch n. When a batch cannot be written, the head is made anew from the applied state and every caller of it is
/// told 452.
public final class Committer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
    private static final int MOST_WAITING = 10_000;
    private static final int BATCH_TASKS = 512;
    private static final long BATCH_OCTETS = 16L << 20;
    private static final long APPLY_PATIENCE_MILLIS = 2_000;
    private static final long ANSWERS_WAIT_MILLIS = 1_000;
    private static final Reply FULL = Reply.of(452, "4.3.1", "not enough room to keep the message, try again later");
    private static final Reply CLOSING = Reply.of(451, "4.3.0", "the mail store is not available, try again later");

    private final BlockingQueue<Task> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Journal journal;
    private final Applier applier;
    private final StoreState applied;
    private final EventCodec codec;
    private final Decider decider;
    private final Halt halt;
    private final InstantSource clock;
    private final Meters meters;
    private final Thread thread;
    /// Fingerprints whose answer was read and whose event is not written yet.
    private final Map<String, Boolean> answered = new ConcurrentHashMap<>();
    private final AtomicLong answersSince = new AtomicLong();
    private final Queue<CompletableFuture<Void>> segmentEnds = new ConcurrentLinkedQueue<>();
    private final Queue<Skip> skips = new ConcurrentLinkedQueue<>();
    private final Queue<Moving> moves = new ConcurrentLinkedQueue<>();
    private volatile StoreState head;
    private volatile boolean closing;
    /// Its thread takes nothing any more.
    private volatile boolean ended;

    public Committer(
            Journal journal,
            Applier applier,
            StoreState applied,
            EventCodec codec,
            int validityBase,
            Halt halt,
            InstantSource clock,
            Meters meters) {
        this.journal = journal;
        this.applier = applier;
        this.applied = applied;
        this.codec = codec;
        this.halt = halt;
        this.clock = clock;
        this.meters = meters;
        this.head = applied.copy();
        this.decider = new Decider(this::settled, answered::containsKey, validityBase);
        thread = Thread.ofPlatform().name("mutatio-store-committer").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /// The state after all that was decided.
    public StoreState head() {
        return head;
    }

    public int waiting() {
        return queue.size();
    }

    /// @param blob name of the file that holds a Deliver's octets; empty when the journal takes them
    public Object commit(Change<?> change, String blob) throws RefusedChangeException, StoreUnavailableException {
        return await(new Task(change, blob));
    }

    /// Something of the store's own.
    ///
    /// @return the events that were appended
    @SuppressWarnings("unchecked") // the result of an own change is its events
    public List<Event> commit(OwnChange change) throws RefusedChangeException, StoreUnavailableException {
        return (List<Event>) await(new Task(change));
    }

    private Object await(Task task) throws RefusedChangeException, StoreUnavailableException {
        if (closing) {
            throw new StoreClosedException();
        }
        if (!queue.offer(task)) {
            throw new StoreUnavailableException(CLOSING, "too many changes wait");
        }
        if (closing && queue.remove(task)) {
            throw new StoreClosedException();
        }
        return task.await(APPLY_PATIENCE_MILLIS);
    }

    /// Forgets a fingerprint: at once in memory, soon in the journal.
    public void answerRead(String fingerprint) {
        if (answered.size() < 1_000_000) {
            answered.put(fingerprint, true);
            answersSince.compareAndSet(0, System.nanoTime());
        }
    }

    /// Closes the journal's segment between two batches; all that was answered before lies in closed ones then.
    public CompletableFuture<Void> closeSegment() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        segmentEnds.add(done);
        wake();
        return done;
    }

    /// Goes on above a number, between two batches: the next record's sequence, and so its MODSEQ, is a higher one.
    public CompletableFuture<Void> above(long sequence) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        skips.add(new Skip(sequence, done));
        wake();
        return done;
    }

    private record Skip(long sequence, CompletableFuture<Void> done) {}

    private void skipIfWanted() {
        Skip wanted = skips.poll();
        if (wanted != null) {
            try {
                journal.skipTo(wanted.sequence());
                boolean _ = wanted.done().complete(null);
            } catch (Journal.ForceFailedException e) {
                halt.halt("a segment of the journal could not be begun: what is on the disk is not known", e);
                boolean _ = wanted.done().completeExceptionally(e);
            } catch (IOException e) {
                boolean _ = wanted.done().completeExceptionally(e);
            }
        }
    }

    /// Writes records of mails once more, between two batches; done when they are durable.
    ///
    /// @param entries one for each of `events`, with the octets
    public CompletableFuture<Void> move(List<Event.RecordMoved> events, List<Entry> entries) {
        Moving moving = new Moving(List.copyOf(events), List.copyOf(entries), new CompletableFuture<>());
        moves.add(moving);
        wake();
        return moving.done();
    }

    /// Its thread waits for changes: one that changes nothing makes it look about. When the queue is full it does not
    /// wait. Behind the stop nobody looks, so whoever asked is told here.
    private void wake() {
        boolean _ = queue.offer(new Task((OwnChange) _ -> List.of()));
        if (ended) {
            refuseAsked();
        }
    }

    private void refuseAsked() {
        IOException closed = new IOException("the store is closed");
        for (Moving move = moves.poll(); move != null; move = moves.poll()) {
            boolean _ = move.done().completeExceptionally(closed);
        }
        for (Skip skip = skips.poll(); skip != null; skip = skips.poll()) {
            boolean _ = skip.done().completeExceptionally(closed);
        }
        for (var end = segmentEnds.poll(); end != null; end = segmentEnds.poll()) {
            boolean _ = end.completeExceptionally(closed);
        }
    }

    private record Moving(List<Event> events, List<Entry> entries, CompletableFuture<Void> done) {}

    private void moveIfWanted() {
        Moving moving = moves.poll();
        if (moving != null) {
            if (write(new Batch(List.of(), moving.events(), moving.entries()))) {
                boolean _ = moving.done().complete(null);
            } else {
                boolean _ = moving.done().completeExceptionally(new IOException("the journal takes nothing now"));
            }
        }
    }

    private void closeSegmentIfWanted() {
        CompletableFuture<Void> wanted = segmentEnds.poll();
        if (wanted != null) {
            try {
                journal.closeSegment();
                boolean _ = wanted.complete(null);
            } catch (Journal.ForceFailedException e) {
                halt.halt("a segment of the journal could not be begun: what is on the disk is not known", e);
                boolean _ = wanted.completeExceptionally(e);
            } catch (IOException e) {
                boolean _ = wanted.completeExceptionally(e);
            }
        }
    }

    public boolean wasAnswered(String fingerprint) {
        return answered.containsKey(fingerprint);
    }

    /// Takes over a lease: the next fence for its name.
    public long lease(String name, long bundle) throws RefusedChangeException, StoreUnavailableException {
        return (Long) commit(new Change.AcquireLease(name, bundle), "");
    }

    private Optional<MailboxVersion> settled(long mailbox) {
        LoadedMailbox box = applier.loaded(mailbox);
        if (box == null) {
            applier.loadSoon(mailbox);
            return Optional.empty();
        }
        return head.lastChange(mailbox) <= applier.applied() ? Optional.of(box.version()) : Optional.empty();
    }

    private record Batch(List<Task> tasks, List<Event> events, List<Entry> entries) {}

    private void run() {
        List<Task> later = new ArrayList<>();
        try {
            while (!(closing && queue.isEmpty() && later.isEmpty())) {
                closeSegmentIfWanted();
                moveIfWanted();
                skipIfWanted();
                List<Task> tasks = new ArrayList<>(later);
                later.clear();
                gather(tasks);
                if (!tasks.isEmpty() || answersDue()) {
                    round(tasks, later);
                }
            }
            if (!answered.isEmpty()) {
                round(new ArrayList<>(), later);
            }
        } catch (Throwable e) {
            halt.halt("the committer failed", e);
        } finally {
            ended = true;
            refuseAsked();
        }
    }

    private void gather(List<Task> tasks) {
        try {
            if (tasks.isEmpty()) {
                Task first = queue.poll(200, TimeUnit.MILLISECONDS);
                if (first == null) {
                    return;
                }
                tasks.add(first);
            } else if (queue.isEmpty()) {
                // Only changes that wait for the applier: give it a moment.
                Task more = queue.poll(1, TimeUnit.MILLISECONDS);
                if (more != null) {
                    tasks.add(more);
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("event=committer.interrupted"); // nobody of ours does that
        }
        long octets = 0;
        while (tasks.size() < BATCH_TASKS && octets < BATCH_OCTETS) {
            Task next = queue.poll();
            if (next == null) {
                return;
            }
            tasks.add(next);
            if (next.change instanceof Change.Deliver deliver && next.blob.isEmpty()) {
                octets += deliver.content().size();
            }
        }
    }

    private boolean answersDue() {
        long since = answersSince.get();
        return since != 0 && System.nanoTime() - since > TimeUnit.MILLISECONDS.toNanos(ANSWERS_WAIT_MILLIS);
    }

    private void round(List<Task> tasks, List<Task> later) {
        Batch batch = new Batch(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        StoreState state = head;
        for (Task task : tasks) {
            try {
                if (task.own != null) {
                    own(task, task.own, state, batch);
                    continue;
                }
                long sequence = journal.last() + batch.events().size() + 1;
                switch (decider.decide(task, state, clock.instant(), sequence)) {
                    case Decider.Outcome.Decided(Event event, Object result) -> {
                        Entry entry = entry(event, task);
                        state.apply(sequence, event);
                        task.result(result);
                        batch.tasks().add(task);
                        batch.events().add(event);
                        batch.entries().add(entry);
                    }
                    case Decider.Outcome.Nothing(Object result) -> {
                        task.result(result);
                        task.done();
                    }
                    case Decider.Outcome.Later _ -> later.add(task);
                }
            } catch (RefusedChangeException e) {
                task.refuse(e);
            } catch (StoreUnavailableException e) {
                task.fail(e);
            } catch (IOException e) {
                task.fail(new StoreUnavailableException(CLOSING, "reading what was to be kept: " + e));
            }
        }
        List<String> prints = new ArrayList<>(answered.keySet());
        if (!prints.isEmpty() && (!batch.events().isEmpty() || answersDue() || closing)) {
            answersSince.set(0);
            Event event = new Event.AnswersRead(prints);
            state.apply(journal.last() + batch.events().size() + 1, event);
            batch.events().add(event);
            batch.entries().add(Entry.of(EventCodec.type(event), clock.millis(), codec.write(event)));
        } else {
            prints.clear();
        }
        if (!batch.events().isEmpty()) {
            boolean written = write(batch);
            if (written) {
                prints.forEach(answered::remove);
            }
        }
    }

    private void own(Task task, OwnChange change, StoreState state, Batch batch) throws RefusedChangeException {
        List<Event> events = change.decide(state);
        task.result(events);
        if (events.isEmpty()) {
            task.done();
            return;
        }
        for (Event event : events) {
            Entry entry = Entry.of(EventCodec.type(event), clock.millis(), codec.write(event));
            state.apply(journal.last() + batch.events().size() + 1, event);
            batch.events().add(event);
            batch.entries().add(entry);
        }
        batch.tasks().add(task);
    }

    private Entry entry(Event event, Task task) throws StoreUnavailableException, IOException {
        ByteBuffer header = codec.write(event);
        if (task.change instanceof Change.Deliver deliver && task.blob.isEmpty()) {
            Octets content = deliver.content().content();
            ByteBuffer octets = ByteBuffer.allocate((int) content.size());
            if (content.read(0, octets) != content.size()) {
                throw new IOException("the spool is shorter than it says");
            }
            return new Entry(
                    EventCodec.type(event),
                    clock.millis(),
                    header,
                    octets.flip(),
                    deliver.content().sha256());
        }
        return Entry.of(EventCodec.type(event), clock.millis(), header);
    }

    /// @return whether it is durable
    private boolean write(Batch batch) {
        long start = System.nanoTime();
        List<Location> locations;
        try {
            locations = journal.append(batch.entries());
        } catch (Journal.ForceFailedException e) {
            halt.halt("fsync of the journal failed: what is on the disk is not known", e);
            fail(batch, e);
            return false;
        } catch (IOException e) {
            LOG.warn(
                    "event=journal.write-failed changes={} reason=\"{}\"",
                    batch.events().size(),
                    e.toString());
            fail(batch, e); // first: the index may have no room either, and then it takes its time
            forgetDecisions(e);
            return false;
        }
        meters.histogram("mutatio_store_fsync_seconds").observe(System.nanoTime() - start);
        meters.counter("mutatio_store_events_total").add(batch.events().size());
        meters.counter("mutatio_store_batches_total").add();
        long first = journal.last() - batch.events().size() + 1;
        List<Applied> events = new ArrayList<>(batch.events().size());
        for (int i = 0; i < batch.events().size(); i++) {
            events.add(new Applied(
                    first + i,
                    batch.entries().get(i).time(),
                    locations.get(i),
                    batch.events().get(i)));
        }
        batch.tasks().forEach(Task::durable);
        applier.submit(events, batch.tasks());
        return true;
    }

    /// The head holds decisions that were not written: it begins again at the applied state, once that has
    /// caught up. Whoever comes while that takes long is told so.
    private void forgetDecisions(IOException cause) {
        long patience = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(APPLY_PATIENCE_MILLIS);
        while (applier.backlog() > 0) {
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            if (System.nanoTime() > patience && applier.backlog() > 0) {
                List<Task> waiting = new ArrayList<>();
                int _ = queue.drainTo(waiting);
                fail(waiting, cause);
            }
        }
        head = applied.copy();
    }

    private static void fail(Batch batch, IOException cause) {
        fail(batch.tasks(), cause);
    }

    private static void fail(List<Task> tasks, IOException cause) {
        for (Task task : tasks) {
            task.fail(new StoreUnavailableException(FULL, "journal: " + cause));
        }
    }

    /// Takes no more, finishes what waits.
    @Override
    public void close() {
        closing = true;
        wake();
        applier.ending();
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
    }
}
