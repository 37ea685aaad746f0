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
import org.mutatio.api.deploy.Deployments;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Swaps bundles: stage, check, start beside, probe, switch, watch, retire. Until the switch nobody sees
/// the new one; any
/// fault before it, or in the watch after it, and the old one serves as if nothing had been.
///
/// Threads: one deployment at a time, under one lock that is held through it; reading what runs takes a
/// snapshot.
/// On disk at each step: the jar is copied and forced before it is installed; the book is written only
/// when the new one is
/// live, so a kill before that brings the old set back, after it the new one.
public final class Deployer {

    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);
    private static final String DISTRIBUTION = "distribution";

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

    /// How long each step may take.
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

    /// Installs the recorded set: the distribution's jars, those deployed over them, and plugins. A bundle
    /// that fails stops
    /// none of the others.
    ///
    /// @param present bundles that the launcher has installed already, by symbolic name
    /// @param configure called when all are resolved and before any is started
    public void begin(List<Path> system, Map<String, Long> present, Runnable configure) throws IOException {
        lock.lock();
        try {
            platform.addAll(present.keySet());
            Map<String, Deque<Candidate>> candidates = candidates(system);
            for (var entry : candidates.entrySet()) {
                admit(entry.getKey(), entry.getValue(), present);
            }
            for (Running one : List.copyOf(running.values())) {
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

    /// A jar that may run under a name.
    private record Candidate(Path jar, String origin) {}

    private static JarFacts facts(Candidate candidate) throws RefusedException {
        return candidate.origin().equals(DISTRIBUTION)
                ? JarFacts.ofDistribution(candidate.jar())
                : JarFacts.read(candidate.jar());
    }

    /// By symbolic name, the one that shall run first: what is recorded, what was recorded before it, and last the
    /// distribution's own.
    private Map<String, Deque<Candidate>> candidates(List<Path> system) {
        Map<String, Deque<Candidate>> candidates = new LinkedHashMap<>();
        for (Path jar : system) {
            try {
                String name = JarFacts.ofDistribution(jar).symbolicName();
                shipped.put(name, jar);
                candidates.computeIfAbsent(name, _ -> new ArrayDeque<>()).add(new Candidate(jar, DISTRIBUTION));
            } catch (RefusedException e) {
                LOG.error("event=bundle-unreadable jar={} reason=\"{}\"", jar.getFileName(), e.getMessage());
            }
        }
        for (String name : book.current().keySet()) {
            Deque<Candidate> all = candidates.computeIfAbsent(name, _ -> new ArrayDeque<>());
            for (Book.Version version : book.history(name).reversed()) {
                Path jar = folder.resolve(version.jar());
                if (Files.exists(jar)) {
                    all.addFirst(new Candidate(jar, version.origin()));
                } else {
                    LOG.error("event=bundle-missing bundle={} jar={} cure=\"deploy it again\"", name, jar);
                }
            }
        }
        return candidates;
    }

    /// Installs the first of the candidates that the framework takes, and takes it out of them.
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
                LOG.error(
                        "event=bundle-failed bundle={} jar={} reason=\"{}\"",
                        name,
                        candidate.jar().getFileName(),
                        e.getMessage());
            }
        }
    }

    /// Starts it; one that was deployed and does not run any more gives way to the version before it.
    private void bringUp(String name, Deque<Candidate> others) throws IOException {
        Running now = running.get(name);
        while (now != null && !runs(now) && !now.origin().equals(DISTRIBUTION) && !others.isEmpty()) {
            framework.remove(now.bundle());
            running.remove(name);
            admit(name, others, Map.of());
            Running next = running.get(name);
            if (next != null) {
                LOG.warn(
                        "event=fell-back bundle={} from=\"{}\" to=\"{}\"",
                        name,
                        now.facts().described(),
                        next.facts().described());
                book.dropCurrent(name);
                framework.resolve(next.bundle()).ifPresent(reason -> note(next, "does not resolve: " + reason));
                configure.run();
            }
            now = running.get(name);
        }
    }

    private boolean runs(Running one) {
        if (!one.problem().isEmpty()) {
            return false;
        }
        try {
            framework.start(one.bundle(), patience.start());
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
        boolean ours = facts.symbolicName().startsWith("org.mutatio.")
                && !facts.symbolicName().startsWith("org.mutatio.examples");
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
            JarFacts facts = JarFacts.read(jar);
            check(facts);
            progress.accept("checked " + facts.symbolicName() + " " + facts.described());
            String file = facts.symbolicName() + "-" + facts.version() + "-" + facts.hash() + ".jar";
            keep(jar, file);
            Running fresh = swap(facts, folder.resolve(file), origin, progress);
            List<String> gone = book.put(
                    facts.symbolicName(),
                    new Book.Version(facts.version(), facts.hash(), file, origin, source, fresh.since()));
            for (String old : gone) {
                Files.deleteIfExists(folder.resolve(old));
            }
            return facts.symbolicName() + " " + facts.described() + " is live";
        } finally {
            publish();
            lock.unlock();
        }
    }

    private void keep(Path jar, String file) throws IOException {
        Files.createDirectories(folder);
        Path target = folder.resolve(file);
        if (!Files.exists(target)) {
            Path copy = folder.resolve(file + ".new");
            Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
            Book.force(copy);
            Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
            Book.force(folder);
        }
    }

    /// From the kept jar to the live bundle.
    private Running swap(JarFacts facts, Path jar, String origin, Consumer<String> progress) throws RefusedException {
        String name = facts.symbolicName();
        Running old = running.get(name);
        long before = live.bundle(name).orElse(-1);
        if (old == null) {
            // Nobody of that name is live while it is staged: unknown names count as live.
            live.switchTo(name, -1);
        }
        long bundle;
        try {
            bundle = framework.install(jar);
        } catch (RefusedException e) {
            restore(name, old, before);
            throw e;
        }
        try {
            Optional<String> unresolved = framework.resolve(bundle);
            if (unresolved.isPresent()) {
                throw new RefusedException("it does not resolve: " + unresolved.get());
            }
            configure.run();
            framework.start(bundle, patience.start());
            progress.accept(old == null ? "started" : "started beside the old one");
            awaitComponents(bundle);
            probe(bundle);
            progress.accept("probed");
        } catch (RefusedException e) {
            framework.remove(bundle);
            restore(name, old, before);
            throw e;
        }
        live.switchTo(name, bundle);
        Running fresh = new Running(name, facts, bundle, origin, clock.instant(), "");
        running.put(name, fresh);
        publish();
        progress.accept("live");
        try {
            watch(bundle);
        } catch (RefusedException e) {
            restore(name, old, before);
            int left = framework.drain(bundle, patience.drain());
            LOG.warn(
                    "event=rolled-back bundle={} version=\"{}\" left={} reason=\"{}\"",
                    name,
                    facts.described(),
                    left,
                    e.getMessage());
            framework.remove(bundle);
            throw new RefusedException("rolled back, the old one is live again: " + e.getMessage());
        }
        LOG.info(
                "event=deployed bundle={} version=\"{}\" replaces=\"{}\"",
                name,
                facts.described(),
                old == null ? "" : old.facts().described());
        if (old != null) {
            retire(old, progress);
        }
        return fresh;
    }

    private void restore(String name, @org.jspecify.annotations.Nullable Running old, long before) {
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
                Running _ = swap(facts, own, DISTRIBUTION, _ -> {});
                forget(name, one, kept);
                return name + " " + one.facts().described() + " has given way to the distribution's own "
                        + facts.described();
            }
            live.switchTo(name, -1);
            int left = framework.drain(one.bundle(), patience.drain());
            framework.remove(one.bundle());
            live.forget(name);
            running.remove(name);
            forget(name, one, kept);
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

    private void forget(String name, Running one, List<Book.Version> kept) throws IOException {
        book.remove(name);
        tidy(kept);
        if (one.origin().equals("plugins") && !kept.isEmpty()) {
            // Or the next start would take the file for a new one.
            Path file = Path.of(kept.getFirst().source());
            if (Files.exists(file)) {
                Files.move(
                        file,
                        file.resolveSibling(file.getFileName() + ".disabled"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Candidate before(String name) throws RefusedException {
        Running one = running.get(name);
        Optional<Book.Version> previous = book.previous(name);
        if (one != null && previous.isPresent()) {
            return new Candidate(
                    folder.resolve(previous.get().jar()), previous.get().origin());
        }
        Path own = shipped.get(name);
        if (one == null || own == null || one.origin().equals(DISTRIBUTION)) {
            throw new RefusedException("no version of " + name + " before this one is kept");
        }
        return new Candidate(own, DISTRIBUTION);
    }

    /// Removes jars that nobody can go back to.
    private void tidy(List<Book.Version> gone) throws IOException {
        for (Book.Version version : gone) {
            Files.deleteIfExists(folder.resolve(version.jar()));
        }
    }

    /// Back to the version before; the one before the first that was deployed is the distribution's own.
    public String rollback(String name, Consumer<String> progress) throws RefusedException, IOException {
        lock.lock();
        try {
            Candidate back = before(name);
            JarFacts facts = facts(back);
            List<Book.Version> history = book.history(name);
            Running _ = swap(facts, back.jar(), back.origin(), progress);
            book.dropCurrent(name);
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
