package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.deploy.Deployments;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Swaps bundles: stage, check, start beside, probe, switch, watch, retire. Until the switch nobody sees the new one;
/// any fault before it, or in the watch after it, and the old one serves as if nothing had been.
///
/// Threads: one deployment at a time, under one lock that is held through it; reading what runs takes a
/// snapshot.
///
/// On disk at each step: the jar is copied (`*.new`) and forced, then read and checked, since the file given may change
/// meanwhile; then renamed, installed, started, made live, watched; then the book is written, and only then the old one
/// is drained and removed. So a kill before the book is written brings the old set back, after it the new one; when the
/// book cannot be written, the old one is made live again. What a kill leaves in the folder is swept at the next start.
public final class Deployer {

    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);
    private static final String DISTRIBUTION = "distribution";
    /// No bundle has that id.
    private static final long NONE = -1;

    private final Framework framework;
    private final LiveTable live;
    private final Book book;
    private final Path folder;
    private final InstantSource clock;
    private final Patience patience;
    private final Runnable configure;
    private final ReentrantLock lock = new ReentrantLock();
    /// The distribution's own jars, by symbolic name.
    private final Map<String, Path> shipped = new HashMap<>();
    /// What the launcher installs: it comes with a distribution only.
    private final Set<String> platform = new HashSet<>();
    private final Map<String, Running> running = new LinkedHashMap<>();
    private volatile Map<String, Running> snapshot = Map.of();

    private static final Duration UNHURRIED = Duration.ofDays(1);

    /// How long each step may take; at the server's start the distribution's own bundles take the time they need.
    public record Patience(Duration start, Duration components, Duration probe, Duration watch, Duration drain) {
        public static Patience defaults() {
            return new Patience(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30));
        }
    }

    /// A bundle that is managed.
    ///
    /// @param origin `distribution`, `command`, `plugins`
    /// @param problem why it does not run; empty when it does
    public record Running(String name, JarFacts facts, long bundle, String origin, Instant since, String problem) {}

    /// @param folder `data/bundles`
    /// @param configure gives newly resolved bundles their configurations
    public Deployer(
            Framework framework,
            LiveTable live,
            Book book,
            Path folder,
            InstantSource clock,
            Patience patience,
            Runnable configure) {
        this.framework = framework;
        this.live = live;
        this.book = book;
        this.folder = folder;
        this.clock = clock;
        this.patience = patience;
        this.configure = configure;
    }

    // ---- the start

    /// Installs the recorded set: the distribution's jars, those deployed over them, and plugins. A bundle that fails
    /// stops none of the others.
    ///
    /// @param present bundles that the launcher has installed already, by symbolic name
    /// @param configure called when all are resolved and before any is started
    public void begin(List<Path> system, Map<String, Long> present, Runnable configure) throws IOException {
        lock.lock();
        try {
            platform.addAll(present.keySet());
            Map<String, Deque<Candidate>> candidates = candidates(system);
            sweep();
            for (var entry : candidates.entrySet()) {
                admit(entry.getKey(), entry.getValue(), present);
            }
            for (Running one : List.copyOf(running.values())) {
                if (!one.problem().isEmpty()) {
                    continue;
                }
                framework.resolve(one.bundle()).ifPresent(reason -> note(one, "does not resolve: " + reason));
            }
            configure.run();
            for (Running one : List.copyOf(running.values())) {
                bringUp(one.name(), candidates.getOrDefault(one.name(), new ArrayDeque<>()));
            }
        } finally {
            publish();
            lock.unlock();
        }
    }

    /// Removes what a kill left between two steps: copies that were not ended, jars that were not recorded.
    private void sweep() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.endsWith(".new") || name.endsWith(".jar") && book.orphan(name)) {
                    LOG.info("event=leftover-removed file={}", file);
                    delete(name);
                }
            }
        } catch (IOException e) {
            LOG.warn("event=leftovers-stay folder={} reason=\"{}\"", folder, e.toString());
        }
    }

    /// What stays is swept at the next start.
    private void delete(String jar) {
        try {
            Files.deleteIfExists(folder.resolve(jar));
        } catch (IOException e) {
            LOG.warn("event=leftover-stays file={} reason=\"{}\"", jar, e.toString());
        }
    }

    /// A jar that may run under a name.
    ///
    /// @param recorded empty: the distribution's own
    /// @param read what it says of itself, where that was read already
    private record Candidate(Path jar, String origin, Optional<Book.Version> recorded, Optional<JarFacts> read) {}

    private Candidate kept(Book.Version version) {
        return new Candidate(folder.resolve(version.jar()), version.origin(), Optional.of(version), Optional.empty());
    }

    private static JarFacts facts(Candidate candidate) throws RefusedException {
        if (candidate.read().isPresent()) {
            return candidate.read().get();
        }
        if (candidate.recorded().isEmpty()) {
            return JarFacts.ofDistribution(candidate.jar());
        }
        if (!Files.exists(candidate.jar())) {
            throw new RefusedException(candidate.jar() + " is gone: deploy it again");
        }
        JarFacts facts = JarFacts.read(candidate.jar());
        if (!facts.hash().equals(candidate.recorded().get().hash())) {
            throw new RefusedException(candidate.jar() + " is not what was deployed: deploy it again");
        }
        return facts;
    }

    /// By symbolic name, the one that shall run first: what is recorded, what was recorded before it, and last the
    /// distribution's own.
    private Map<String, Deque<Candidate>> candidates(List<Path> system) {
        Map<String, Deque<Candidate>> candidates = new LinkedHashMap<>();
        for (Path jar : system) {
            try {
                JarFacts facts = JarFacts.ofDistribution(jar);
                String name = facts.symbolicName();
                shipped.put(name, jar);
                candidates
                        .computeIfAbsent(name, _ -> new ArrayDeque<>())
                        .add(new Candidate(jar, DISTRIBUTION, Optional.empty(), Optional.of(facts)));
            } catch (RefusedException e) {
                LOG.error("event=bundle-unreadable jar={} reason=\"{}\"", jar.getFileName(), e.getMessage());
            }
        }
        book.upgrade(shipped.keySet());
        for (String name : book.current().keySet()) {
            Deque<Candidate> all = candidates.computeIfAbsent(name, _ -> new ArrayDeque<>());
            for (Book.Version version : book.history(name).reversed()) {
                all.addFirst(kept(version));
            }
        }
        return candidates;
    }

    /// Installs the first of the candidates that the framework takes, and takes it out of them. When there is none,
    /// that is no reason to be silent: a filter that is missing lets through what it should stop.
    private void admit(String name, Deque<Candidate> candidates, Map<String, Long> present) {
        while (!candidates.isEmpty()) {
            Candidate candidate = candidates.removeFirst();
            try {
                JarFacts facts = facts(candidate);
                Long known = present.get(name);
                long bundle = known != null ? known : framework.install(candidate.jar());
                live.switchTo(name, bundle);
                running.put(name, new Running(name, facts, bundle, candidate.origin(), clock.instant(), ""));
                return;
            } catch (RefusedException e) {
                String reason = String.valueOf(e.getMessage());
                LOG.error(
                        "event=bundle-failed bundle={} jar={} reason=\"{}\"",
                        name,
                        candidate.jar().getFileName(),
                        reason);
                if (!candidates.isEmpty()) {
                    drop(name, candidate.origin());
                } else if (candidate.recorded().isPresent()) {
                    Book.Version version = candidate.recorded().get();
                    JarFacts facts = new JarFacts(name, version.version(), List.of(), version.hash());
                    running.put(name, new Running(name, facts, NONE, version.origin(), version.since(), reason));
                }
            }
        }
    }

    /// Starts it; one that was deployed and does not run any more gives way to the version before it.
    private void bringUp(String name, Deque<Candidate> others) {
        Running now = running.get(name);
        while (now != null && !runs(now) && !now.origin().equals(DISTRIBUTION) && !others.isEmpty()) {
            framework.remove(now.bundle());
            running.remove(name);
            drop(name, now.origin());
            admit(name, others, Map.of());
            Running next = running.get(name);
            if (next != null) {
                LOG.warn(
                        "event=fell-back bundle={} from=\"{}\" to=\"{}\"",
                        name,
                        now.facts().described(),
                        next.facts().described());
                if (next.problem().isEmpty()) {
                    framework.resolve(next.bundle()).ifPresent(reason -> note(next, "does not resolve: " + reason));
                    configure.run();
                }
            }
            now = running.get(name);
        }
    }

    /// The current version gives way to the one before it. A full disk must not keep the others from starting: what is
    /// not written now is tried again at the next start.
    private void drop(String name, String origin) {
        if (origin.equals(DISTRIBUTION)) {
            return;
        }
        try {
            book.dropCurrent(name);
        } catch (IOException e) {
            LOG.error("event=deployments-not-written bundle={} reason=\"{}\"", name, e.toString());
        }
    }

    private boolean runs(Running one) {
        if (!one.problem().isEmpty()) {
            return false;
        }
        try {
            // A store that replays its journal takes as long as it takes, and there is none to fall back to.
            framework.start(one.bundle(), one.origin().equals(DISTRIBUTION) ? UNHURRIED : patience.start());
            return true;
        } catch (RefusedException e) {
            note(one, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void note(Running one, String problem) {
        LOG.error(
                "event=bundle-failed bundle={} version=\"{}\" reason=\"{}\"",
                one.name(),
                one.facts().described(),
                problem);
        running.put(one.name(), new Running(one.name(), one.facts(), one.bundle(), one.origin(), one.since(), problem));
    }

    private void publish() {
        snapshot = Map.copyOf(running);
    }

    // ---- deploying

    /// What a deployment would touch.
    public record Plan(JarFacts facts, Optional<String> replaces, List<String> remarks) {}

    /// Looks and touches nothing.
    public Plan plan(Path jar) throws RefusedException {
        JarFacts facts = JarFacts.read(jar);
        check(facts);
        Running old = snapshot.get(facts.symbolicName());
        List<String> remarks = new ArrayList<>();
        if (old != null) {
            List<String> wired = framework.dependants(old.bundle());
            if (!wired.isEmpty()) {
                remarks.add("wired to its packages, and keeping the old version until a restart of the server: "
                        + String.join(", ", wired));
            }
            if (old.facts().hash().equals(facts.hash())) {
                remarks.add("the same content runs already");
            }
        }
        return new Plan(facts, Optional.ofNullable(old).map(one -> one.facts().described()), remarks);
    }

    private void check(JarFacts facts) throws RefusedException {
        if (platform.contains(facts.symbolicName())) {
            throw new RefusedException(
                    facts.symbolicName()
                            + " is part of the platform that everything stands on: it comes with a new distribution and a restart");
        }
        boolean ours = JarFacts.ours(facts.symbolicName());
        for (String exported : facts.exports()) {
            if (!ours && exported.startsWith("org.mutatio.")) {
                throw new RefusedException("it exports " + exported + ", which is ours: remove it from Export-Package");
            }
            Optional<String> owner = framework.exporter(exported);
            if (!ours && owner.isPresent() && !owner.get().equals(facts.symbolicName())) {
                throw new RefusedException(
                        "it exports " + exported + " as " + owner.get() + " does: make the package private");
            }
        }
    }

    /// Deploys a jar; returns when the old version is retired.
    ///
    /// @param origin `command` or `plugins`
    /// @return what was done, for people
    /// @throws RefusedException nothing changed: what ran before runs
    public String deploy(Path jar, String origin, String source, Consumer<String> progress)
            throws RefusedException, IOException {
        lock.lock();
        try {
            Files.createDirectories(folder);
            Path copy = folder.resolve("staged.jar.new"); // under the lock there is only one
            try {
                Path _ = Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
                JarFacts facts = JarFacts.read(copy);
                check(facts);
                progress.accept("checked " + facts.symbolicName() + " " + facts.described());
                Running now = running.get(facts.symbolicName());
                if (now != null && now.facts().equals(facts) && now.problem().isEmpty()) {
                    return facts.symbolicName() + " " + facts.described() + " runs already";
                }
                WholeFile.force(copy);
                deployCopy(facts, copy, origin, source, progress);
                return facts.symbolicName() + " " + facts.described() + " is live";
            } finally {
                Files.deleteIfExists(copy);
            }
        } finally {
            publish();
            lock.unlock();
        }
    }

    private void deployCopy(JarFacts facts, Path copy, String origin, String source, Consumer<String> progress)
            throws RefusedException, IOException {
        String name = facts.symbolicName();
        String file = name + "-" + facts.version() + "-" + facts.hash() + ".jar";
        Files.move(copy, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        WholeFile.force(folder);
        List<String> gone = new ArrayList<>();
        try {
            Running _ = swap(
                    facts,
                    folder.resolve(file),
                    origin,
                    fresh -> gone.addAll(book.put(
                            name,
                            new Book.Version(facts.version(), facts.hash(), file, origin, source, fresh.since()))),
                    progress);
        } catch (RefusedException | IOException | RuntimeException e) {
            if (book.history(name).stream().noneMatch(version -> version.jar().equals(file))) {
                delete(file);
            }
            throw e;
        }
        gone.forEach(this::delete);
    }

    /// Makes it last.
    private interface Recording {
        void write(Running fresh) throws IOException;
    }

    /// From the kept jar to the live bundle; the old one is touched only when the new one is recorded.
    private Running swap(JarFacts facts, Path jar, String origin, Recording record, Consumer<String> progress)
            throws RefusedException, IOException {
        String name = facts.symbolicName();
        Running old = running.get(name);
        if (old != null && old.facts().equals(facts)) {
            if (old.problem().isEmpty()) {
                throw new RefusedException(name + " " + facts.described() + " runs already");
            }
            // A framework has each jar once: what is there of it from an attempt that failed goes first.
            framework.remove(old.bundle());
        }
        long before = live.bundle(name).orElse(NONE);
        if (old == null) {
            // Nobody of that name is live while it is staged: unknown names count as live.
            live.switchTo(name, NONE);
        }
        @Nullable Running stopped = null;
        long bundle = NONE;
        try {
            bundle = framework.install(jar);
            Optional<String> unresolved = framework.resolve(bundle);
            if (unresolved.isPresent()) {
                throw new RefusedException("it does not resolve: " + unresolved.get());
            }
            configure.run();
            if (old != null && inPlace(facts, old.facts())) {
                stopped = old; // also one that does not come back from its stop
                framework.stop(old.bundle(), patience.drain());
                progress.accept("stopped the old one: both want the same files");
            }
            framework.start(bundle, patience.start());
            progress.accept(old == null || stopped != null ? "started" : "started beside the old one");
            awaitComponents(bundle);
            probe(bundle);
            progress.accept("probed");
        } catch (RefusedException | RuntimeException e) {
            if (bundle != NONE) {
                framework.remove(bundle);
            }
            if (stopped != null) {
                revive(stopped);
            }
            restore(name, old, before);
            throw e;
        }
        live.switchTo(name, bundle);
        Running fresh = new Running(name, facts, bundle, origin, clock.instant(), "");
        running.put(name, fresh);
        publish();
        try {
            progress.accept("live");
            watch(bundle);
            record.write(fresh);
        } catch (RefusedException e) {
            goBack(fresh, old, before, stopped, e);
            throw new RefusedException("rolled back, the old one is live again: " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            goBack(fresh, old, before, stopped, e);
            throw e;
        }
        LOG.info(
                "event=deployed bundle={} version=\"{}\" replaces=\"{}\"",
                name,
                facts.described(),
                old == null ? "" : old.facts().described());
        if (old != null && framework.asks(old.bundle())) {
            progress.accept("the old one is retired when it has given this answer");
            Thread _ =
                    Thread.ofPlatform().daemon().name("mutatio-deploy-retire").start(() -> retire(old, _ -> {}));
        } else if (old != null) {
            retire(old, progress);
        }
        return fresh;
    }

    private static boolean inPlace(JarFacts fresh, JarFacts old) {
        return fresh.manner() == JarFacts.Manner.IN_PLACE || old.manner() == JarFacts.Manner.IN_PLACE;
    }

    /// @param stopped the old one, when it made way for this one
    private void goBack(Running fresh, @Nullable Running old, long before, @Nullable Running stopped, Exception why) {
        int left = 0;
        if (stopped == null) {
            restore(fresh.name(), old, before);
            left = framework.drain(fresh.bundle(), patience.drain());
        }
        LOG.warn(
                "event=rolled-back bundle={} version=\"{}\" left={} reason=\"{}\"",
                fresh.name(),
                fresh.facts().described(),
                left,
                why.toString());
        framework.remove(fresh.bundle());
        if (stopped != null) {
            revive(stopped);
            restore(fresh.name(), old, before);
        }
    }

    /// One that was stopped for its successor runs again. When it does not, `status` says so: there is no other.
    private void revive(Running stopped) {
        try {
            framework.start(stopped.bundle(), UNHURRIED);
        } catch (RefusedException e) {
            LOG.error("event=bundle-not-revived bundle={} reason=\"{}\"", stopped.name(), e.getMessage());
        }
    }

    private void restore(String name, @Nullable Running old, long before) {
        if (old == null) {
            live.forget(name);
            running.remove(name);
        } else {
            live.switchTo(name, before);
            running.put(name, old);
        }
        publish();
    }

    private void awaitComponents(long bundle) throws RefusedException {
        long end = System.nanoTime() + patience.components().toNanos();
        while (true) {
            List<String> waiting = framework.unsatisfied(bundle);
            if (waiting.isEmpty()) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new RefusedException("it waits for what nobody gives: " + String.join("; ", waiting));
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void probe(long bundle) throws RefusedException {
        List<String> broken = framework.broken(bundle, patience.probe());
        if (!broken.isEmpty()) {
            throw new RefusedException("its probe says that it does not work: " + String.join("; ", broken));
        }
    }

    private void watch(long bundle) throws RefusedException {
        long end = System.nanoTime() + patience.watch().toNanos();
        do {
            if (!framework.state(bundle).equals("active")) {
                throw new RefusedException("it stopped by itself");
            }
            probe(bundle);
            LockSupport.parkNanos(Math.min(200_000_000, patience.watch().toNanos()));
        } while (System.nanoTime() < end);
    }

    private void retire(Running old, Consumer<String> progress) {
        int left = framework.drain(old.bundle(), patience.drain());
        if (left > 0) {
            progress.accept(left + " pieces of work of the old one were cut after "
                    + patience.drain().toSeconds() + " s");
            LOG.warn(
                    "event=drain-timeout bundle={} version=\"{}\" left={}",
                    old.name(),
                    old.facts().described(),
                    left);
        }
        framework.remove(old.bundle());
        progress.accept("retired " + old.facts().described());
    }

    // ---- removing and going back

    /// Takes a plugin away. Bundles of the distribution cannot be; what was deployed over one gives way to
    /// it at once.
    public String undeploy(String name) throws RefusedException, IOException {
        lock.lock();
        try {
            Running one = running.get(name);
            if (one == null) {
                throw new RefusedException("no bundle " + name + " is deployed (mutatio bundles list shows them)");
            }
            if (one.origin().equals(DISTRIBUTION)) {
                throw new RefusedException(name + " belongs to the distribution and cannot be taken away");
            }
            List<Book.Version> kept = book.history(name);
            Path own = shipped.get(name);
            if (own != null) {
                JarFacts facts = JarFacts.ofDistribution(own);
                Running _ = swap(facts, own, DISTRIBUTION, _ -> forget(one, kept), _ -> {});
                tidy(kept);
                return name + " " + one.facts().described() + " has given way to the distribution's own "
                        + facts.described();
            }
            forget(one, kept);
            live.switchTo(name, NONE);
            int left = framework.drain(one.bundle(), patience.drain());
            framework.remove(one.bundle());
            live.forget(name);
            running.remove(name);
            tidy(kept);
            LOG.info(
                    "event=undeployed bundle={} version=\"{}\" left={}",
                    name,
                    one.facts().described(),
                    left);
            return name + " " + one.facts().described() + " is gone";
        } finally {
            publish();
            lock.unlock();
        }
    }

    /// The file first: killed in between, the next start misses the file and takes the plugin away; the other way round
    /// it would find the file and deploy it again.
    private void forget(Running one, List<Book.Version> kept) throws IOException {
        if (one.origin().equals("plugins") && !kept.isEmpty()) {
            Path file = Path.of(kept.getFirst().source());
            if (Files.exists(file)) {
                Files.move(
                        file,
                        file.resolveSibling(file.getFileName() + ".disabled"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        book.remove(one.name());
    }

    private Candidate before(String name) throws RefusedException {
        Running one = running.get(name);
        Optional<Book.Version> previous = book.previous(name);
        if (one != null && previous.isPresent()) {
            return kept(previous.get());
        }
        Path own = shipped.get(name);
        if (one == null || own == null || one.origin().equals(DISTRIBUTION)) {
            throw new RefusedException("no version of " + name + " before this one is kept");
        }
        return new Candidate(own, DISTRIBUTION, Optional.empty(), Optional.empty());
    }

    /// Removes jars that nobody can go back to.
    private void tidy(List<Book.Version> gone) {
        gone.forEach(version -> delete(version.jar()));
    }

    /// Back to the version before; the one before the first that was deployed is the distribution's own.
    public String rollback(String name, Consumer<String> progress) throws RefusedException, IOException {
        lock.lock();
        try {
            Candidate back = before(name);
            JarFacts facts = facts(back);
            List<Book.Version> history = book.history(name);
            Running _ = swap(facts, back.jar(), back.origin(), _ -> book.dropCurrent(name), progress);
            tidy(history.subList(0, 1));
            return name + " is back at " + facts.described();
        } finally {
            publish();
            lock.unlock();
        }
    }

    // ---- what runs

    public List<Running> running() {
        return snapshot.values().stream()
                .sorted(Comparator.comparing(Running::name))
                .toList();
    }

    public Optional<Running> find(String name) {
        return Optional.ofNullable(snapshot.get(name));
    }

    public List<Book.Version> history(String name) {
        return book.history(name);
    }

    /// How the next version of a bundle would take its place.
    public JarFacts.Manner manner(String name) {
        Running one = snapshot.get(name);
        if (one == null || platform.contains(name)) {
            return JarFacts.Manner.RESTART;
        }
        return one.facts().manner();
    }

    /// For `status`.
    public List<Deployments.Deployed> deployed() {
        List<Deployments.Deployed> all = new ArrayList<>();
        for (Running one : running()) {
            List<String> waiting = new ArrayList<>();
            String state = framework.state(one.bundle());
            if (!one.problem().isEmpty()) {
                waiting.add(one.problem());
                state = one.problem().startsWith("does not resolve") ? "unresolved" : "failed";
            } else {
                waiting.addAll(framework.unsatisfied(one.bundle()));
                if (!waiting.isEmpty()) {
                    state = "waiting";
                }
            }
            all.add(new Deployments.Deployed(
                    one.name(), one.facts().described(), one.bundle(), one.origin(), state, one.since(), waiting));
        }
        return all;
    }
}
