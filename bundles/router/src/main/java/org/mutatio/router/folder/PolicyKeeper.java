package org.mutatio.router.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.mutatio.api.policy.FilterSettings;
import org.mutatio.api.policy.Policies;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.PolicyLoader;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.toml.Origin;
import org.mutatio.toml.Problem;
import org.mutatio.toml.TomlFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Holds the set in force and replaces it when the folder changes.
///
/// A watch of the folder wakes one virtual thread, a slow poll wakes it too (network file systems tell nothing). It
/// looks at the stamps of all files; once they are the same in two looks `settle` apart, the whole is read and checked,
/// and either a new immutable set is in force or the old one stays and the faults are logged, shown and kept. Loading
/// is serialised by one lock, so a command and the watch cannot overtake each other; readers take no lock.
public final class PolicyKeeper implements Policies, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyKeeper.class);

    /// How the last try to load went.
    ///
    /// @param good whether what lies in the folder is in force
    /// @param restored the set in force was taken from the history at start, since the folder was broken
    public record State(boolean good, boolean restored, List<Problem> problems, List<Problem> warnings) {
        public State {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }
    }

    private final PolicyFolder folder;
    private final PolicyHistory history;
    private final PolicyLoader loader;
    private final Supplier<Optional<FilterSettings>> filters;
    private final Consumer<DomainPolicies> deployed;
    private final InstantSource clock;
    private final Duration settle;
    private final Duration poll;
    private final ReentrantLock loading = new ReentrantLock();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Semaphore wake = new Semaphore(0);
    private final AtomicLong loads = new AtomicLong();

    private volatile DomainPolicies current = DomainPolicies.unknown();
    private volatile State state = new State(false, false, List.of(), List.of());
    private volatile boolean closed;
    /// The folder could not be read lately: what its stamps say is no news, but it is to be read again.
    private volatile boolean unread;
    /// Stamps of what was read last; guarded by `loading`.
    private Map<String, String> loaded = Map.of();
    private List<String> knownFilters = List.of();
    private volatile Optional<WatchService> watch = Optional.empty();

    /// @param deployed told of each new set; quick
    public PolicyKeeper(
            PolicyFolder folder,
            PolicyHistory history,
            PolicyLoader loader,
            Supplier<Optional<FilterSettings>> filters,
            Consumer<DomainPolicies> deployed,
            InstantSource clock,
            Duration settle,
            Duration poll) {
        this.folder = folder;
        this.history = history;
        this.loader = loader;
        this.filters = filters;
        this.deployed = deployed;
        this.clock = clock;
        this.settle = settle;
        this.poll = poll;
    }

    /// Loads once, on the caller's thread, and begins to watch.
    public void start() {
        reload("start");
        if (!current.good()) {
            restore();
        }
        Thread.ofVirtual().name("policy-folder").start(this::run);
        try {
            WatchService service = folder.path().getFileSystem().newWatchService();
            folder.path()
                    .register(
                            service,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE);
            watch = Optional.of(service);
            Thread.ofVirtual().name("policy-watch").start(() -> watch(service));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.info("event=policy-watch-missing folder={} reason=\"{}\" poll={}", folder.path(), e.getMessage(), poll);
        }
    }

    private void watch(WatchService service) {
        try {
            while (!closed) {
                WatchKey key = service.take();
                key.pollEvents();
                wake.release();
                if (!key.reset()) { // the folder itself went away: polling goes on
                    return;
                }
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("event=policy-watch-closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Optional<Map<String, String>> before = Optional.empty();
        while (!closed) {
            try {
                Optional<Map<String, String>> seen = look();
                boolean changed = seen.isPresent() && (unread || !seen.get().equals(stamps()));
                if (changed && seen.equals(before)) {
                    reload("change");
                    before = Optional.empty();
                    continue;
                }
                before = seen;
                recheckFilters();
                wake.drainPermits();
                Duration pause = changed && !unread ? settle : pollNow();
                if (wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS) && !changed) {
                    before = look(); // the settling begins now
                    pause(settle);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) { // a fault of ours is not to end the watching
                LOG.error("event=policy-watch-fault", e);
                before = Optional.empty();
            }
        }
    }

    private void pause(Duration time) throws InterruptedException {
        if (!closed) {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        }
    }

    private Duration pollNow() {
        Duration fast = settle.multipliedBy(2);
        return watch.isPresent() || fast.compareTo(poll) > 0 ? poll : fast;
    }

    private Optional<Map<String, String>> look() {
        try {
            return Optional.of(folder.stamps());
        } catch (IOException e) {
            problem(e);
            return Optional.empty();
        }
    }

    private void problem(IOException e) {
        unread = true;
        State former = state;
        String message = "the folder cannot be read: " + e;
        if (former.problems().stream().noneMatch(known -> known.message().equals(message))) {
            LOG.error("event=policy-folder-unreadable folder={} reason=\"{}\"", folder.path(), e.toString());
            state = new State(
                    false,
                    former.restored(),
                    List.of(new Problem(new Origin(folder.path().toString(), 1, 1), message)),
                    List.of());
        }
    }

    private Map<String, String> stamps() {
        loading.lock();
        try {
            return loaded;
        } finally {
            loading.unlock();
        }
    }

    /// A filter that came later checks the settings that were taken without it. The set stays; what is wrong is shown.
    private void recheckFilters() {
        List<String> now = filters.get().map(FilterSettings::filters).orElse(List.of()).stream()
                .sorted()
                .toList();
        if (now.equals(knownFilters) || !state.good()) {
            return;
        }
        loading.lock();
        try {
            knownFilters = now;
            PolicyLoader.Loaded again = loader.load(folder.read(), current.version(), filters.get());
            List<Problem> shown = new ArrayList<>(again.problems());
            shown.addAll(again.warnings());
            for (Problem problem : again.problems()) {
                LOG.warn("event=policy-filter-settings problem=\"{}\"", problem);
            }
            state = new State(true, false, List.of(), shown);
        } catch (IOException e) {
            problem(e);
        } finally {
            loading.unlock();
        }
    }

    /// Reads the folder and puts it in force, or says why not.
    public State reload(String cause) {
        return load(cause, false);
    }

    /// @param byCommand a command of ours took away what is missing
    private State load(String cause, boolean byCommand) {
        loading.lock();
        try {
            if (closed) {
                return state;
            }
            Map<String, String> stamps = folder.stamps();
            Map<String, byte[]> files = folder.read();
            if (files.isEmpty() && !byCommand && hadFiles()) {
                // A disk that is not mounted looks like that, and all our mail would be refused 550.
                throw new IOException("it is empty, and held domains before; is its disk mounted?"
                        + " (`mutatio domain remove` takes the last one away)");
            }
            return apply(files, stamps, cause);
        } catch (IOException e) {
            problem(e);
            return state;
        } catch (RuntimeException e) { // a fault of ours in one file is not to end the watching, or the start
            LOG.error("event=policy-load-fault cause={} version={}", cause, current.version(), e);
            Origin origin = new Origin(folder.path().toString(), 1, 1);
            state = new State(
                    false,
                    state.restored(),
                    List.of(new Problem(origin, "a fault of the server while it read them: " + e)),
                    List.of());
            return state;
        } finally {
            loading.unlock();
        }
    }

    private boolean hadFiles() throws IOException {
        return current.good()
                ? !current.sha256().equals(PolicyLoader.digest(Map.of()))
                : history.last().stream().anyMatch(last -> !last.files().isEmpty());
    }

    private State apply(Map<String, byte[]> files, Map<String, String> stamps, String cause) {
        long begin = System.nanoTime();
        loaded = stamps;
        unread = false;
        knownFilters = filters.get().map(FilterSettings::filters).orElse(List.of()).stream()
                .sorted()
                .toList();
        PolicyLoader.Loaded result = loader.load(files, nextVersion(files), filters.get());
        long millis = (System.nanoTime() - begin) / 1_000_000;
        loads.incrementAndGet();
        if (result.set().isEmpty()) {
            for (Problem problem : result.problems()) {
                LOG.error("event=policy-refused cause={} problem=\"{}\"", cause, problem);
            }
            LOG.error(
                    "event=policy-kept-old cause={} problems={} version={}",
                    cause,
                    result.problems().size(),
                    current.version());
            state = new State(false, state.restored(), result.problems(), result.warnings());
            return state;
        }
        DomainPolicies set = result.set().get();
        boolean same = set.sha256().equals(current.sha256()) && set.version() == current.version();
        current = set;
        state = new State(true, false, List.of(), result.warnings());
        LOG.info(
                "event=policy-loaded cause={} version={} domains={} files={} millis={} sha256={}",
                cause,
                set.version(),
                set.domains().size(),
                files.size(),
                millis,
                set.sha256().substring(0, 16));
        if (!same) {
            keep(set, files);
            tell(() -> deployed.accept(set));
        }
        listeners.forEach(PolicyKeeper::tell);
        return state;
    }

    /// The set is in force whatever a listener makes of it, and the others are told too.
    private static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.error("event=policy-listener-fault", e);
        }
    }

    /// The same files keep their version over a restart, so that traces of before and after name the same set.
    private long nextVersion(Map<String, byte[]> files) {
        String sha256 = PolicyLoader.digest(files);
        if (current.good() && current.sha256().equals(sha256)) {
            return current.version();
        }
        try {
            Optional<PolicyHistory.Stored> last = history.last();
            if (!current.good()
                    && last.isPresent()
                    && PolicyLoader.digest(last.get().files()).equals(sha256)) {
                return last.get().version();
            }
            return Math.max(history.lastVersion(), current.version()) + 1;
        } catch (IOException e) {
            LOG.warn("event=policy-history-unreadable reason=\"{}\"", e.toString());
            return current.version() + 1;
        }
    }

    private void keep(DomainPolicies set, Map<String, byte[]> files) {
        try {
            history.keep(set.version(), files, clock.instant());
        } catch (IOException e) { // mail goes on; only a restart with a broken file would miss it
            LOG.warn("event=policy-history-unwritable version={} reason=\"{}\"", set.version(), e.toString());
        }
    }

    /// The folder is broken at start: the last good set serves, and everybody is told.
    private void restore() {
        loading.lock();
        try {
            Optional<PolicyHistory.Stored> last = history.last();
            if (last.isEmpty()) {
                LOG.error("event=policy-none reason=\"no good policy set, now or before: all mail is answered 451\"");
                return;
            }
            PolicyLoader.Loaded result =
                    loader.load(last.get().files(), last.get().version(), Optional.empty());
            if (result.set().isEmpty()) {
                LOG.error(
                        "event=policy-none reason=\"the last good set does not load any more\" version={}",
                        last.get().version());
                return;
            }
            current = result.set().get();
            state = new State(false, true, state.problems(), state.warnings());
            LOG.error(
                    "event=policy-restored version={} reason=\"config/domains is broken, the last good set serves\"",
                    current.version());
        } catch (IOException e) {
            LOG.error("event=policy-none reason=\"{}\"", e.toString());
        } finally {
            loading.unlock();
        }
    }

    /// Checks the whole set with some files changed, and on success writes them and puts the set in force.
    ///
    /// @param changes text by file name; empty: the file goes
    /// @return how it went; with problems nothing was written
    /// @throws IOException it could not be written
    public State change(Map<String, Optional<String>> changes, String cause) throws IOException {
        loading.lock();
        try {
            PolicyLoader.Loaded result = check(changes);
            if (result.set().isEmpty()) {
                return new State(false, state.restored(), result.problems(), result.warnings());
            }
            for (Map.Entry<String, Optional<String>> change : changes.entrySet()) {
                if (change.getValue().isPresent()) {
                    folder.write(change.getKey(), change.getValue().get());
                } else {
                    folder.delete(change.getKey());
                }
            }
            return load(cause, true);
        } finally {
            loading.unlock();
        }
    }

    /// Makes one file's new text of its present one.
    @FunctionalInterface
    public interface Edit<E extends Exception> {

        /// @param present the file's text; empty: there is none
        /// @return the new text; empty: the file goes
        Optional<String> of(Optional<String> present) throws E;
    }

    /// [#change] of one file, without another change in between.
    ///
    /// @param domain whose file it is, whatever spelling of the name the file has; a new one is named in A-labels
    public <E extends Exception> State edit(Domain domain, Edit<E> edit, String cause) throws IOException, E {
        loading.lock();
        try {
            String name = domain.ascii() + ".toml";
            Optional<String> present = Optional.empty();
            for (Map.Entry<String, byte[]> file : folder.read().entrySet()) {
                if (PolicyLoader.domainOf(file.getKey()).equals(Optional.of(domain))) {
                    name = file.getKey();
                    present = Optional.of(text(name, file.getValue()));
                }
            }
            return change(Map.of(name, edit.of(present)), cause);
        } finally {
            loading.unlock();
        }
    }

    /// Whole or not at all: what is written back is what was there.
    private static String text(String name, byte[] octets) throws IOException {
        if (octets.length > TomlFile.MOST_OCTETS) {
            throw new IOException(name + " is larger than " + TomlFile.MOST_OCTETS + " octets");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IOException(name + " is not UTF-8; save it as UTF-8", e);
        }
    }

    /// What [#change] would say, without doing it.
    public PolicyLoader.Loaded check(Map<String, Optional<String>> changes) throws IOException {
        loading.lock();
        try {
            Map<String, byte[]> files = new TreeMap<>(folder.read());
            changes.forEach((name, text) -> {
                if (text.isPresent()) {
                    files.put(name, text.get().getBytes(StandardCharsets.UTF_8));
                } else {
                    files.remove(name);
                }
            });
            return loader.load(files, current.version() + 1, filters.get());
        } finally {
            loading.unlock();
        }
    }

    /// What the files of another folder would say if they were ours.
    public PolicyLoader.Loaded check(Path other) throws IOException {
        return loader.elsewhere(other.toString()).load(new PolicyFolder(other).read(), 1, filters.get());
    }

    @Override
    public DomainPolicies current() {
        return current;
    }

    public State state() {
        return state;
    }

    /// How often a set was tried.
    public long loads() {
        return loads.get();
    }

    public PolicyFolder folder() {
        return folder;
    }

    @Override
    public AutoCloseable listen(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        wake.release();
        if (watch.isPresent()) {
            watch.get().close();
        }
        // A load that goes on ends first, so that it writes no history beside the keeper that comes next.
        loading.lock();
        try {
            LOG.debug("event=policy-keeper-closed");
        } finally {
            loading.unlock();
        }
    }
}
