package org.mutatio.deployer.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private final Framework framework;
    private final LiveTable live;
    private final Book book;
    private final Path folder;
    private final InstantSource clock;
    private final Patience patience;
    private final Runnable configure;
    private final ReentrantLock lock = new ReentrantLock();
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
            Map<String, Path> jars = new LinkedHashMap<>();
            Map<String, String> origins = new HashMap<>();
            for (Path jar : system) {
                try {
                    JarFacts facts = JarFacts.read(jar);
                    jars.put(facts.symbolicName(), jar);
                    origins.put(facts.symbolicName(), "distribution");
                } catch (RefusedException e) {
                    LOG.error("event=bundle-unreadable jar={} reason=\"{}\"", jar.getFileName(), e.getMessage());
                }
            }
            book.current().forEach((name, version) -> {
                Path jar = folder.resolve(version.jar());
                if (Files.exists(jar)) {
                    jars.put(name, jar);
                    origins.put(name, version.origin());
                } else {
                    LOG.error("event=bundle-missing bundle={} jar={} cure=\"deploy it again\"", name, jar);
                }
            });
            for (var entry : jars.entrySet()) {
                admit(entry.getKey(), entry.getValue(), origins.getOrDefault(entry.getKey(), "distribution"), present);
            }
            for (Running one : List.copyOf(running.values())) {
                framework.resolve(one.bundle()).ifPresent(reason -> note(one, "does not resolve: " + reason));
            }
            configure.run();
            for (Running one : List.copyOf(running.values())) {
                Running now = running.get(one.name());
                if (now != null && now.problem().isEmpty()) {
                    try {
                        framework.start(now.bundle(), patience.start());
                    } catch (RefusedException e) {
                        note(now, String.valueOf(e.getMessage()));
                    }
                }
            }
        } finally {
            publish();
            lock.unlock();
        }
    }

    private void admit(String name, Path jar, String origin, Map<String, Long> present) {
        try {
            JarFacts facts = JarFacts.read(jar);
            Long known = present.get(name);
            long bundle = known != null ? known : framework.install(jar);
            live.switchTo(name, bundle);
            running.put(name, new Running(name, facts, bundle, origin, clock.instant(), ""));
        } catch (RefusedException e) {
            LOG.error("event=bundle-failed bundle={} reason=\"{}\"", name, e.getMessage());
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
            Running fresh = swap(facts, file, origin, progress);
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
    private Running swap(JarFacts facts, String file, String origin, Consumer<String> progress)
            throws RefusedException {
        String name = facts.symbolicName();
        Running old = running.get(name);
        long before = live.bundle(name).orElse(-1);
        if (old == null) {
            // Nobody of that name is live while it is staged: unknown names count as live.
            live.switchTo(name, -1);
        }
        long bundle;
        try {
            bundle = framework.install(folder.resolve(file));
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
            progress.accept("started beside the old one");
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
            if (one.origin().equals("distribution")) {
                throw new RefusedException(name + " belongs to the distribution and cannot be taken away");
            }
            live.switchTo(name, -1);
            int left = framework.drain(one.bundle(), patience.drain());
            framework.remove(one.bundle());
            live.forget(name);
            running.remove(name);
            book.remove(name);
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

    /// Back to the version before.
    public String rollback(String name, Consumer<String> progress) throws RefusedException, IOException {
        lock.lock();
        try {
            Book.Version previous = book.previous(name)
                    .orElseThrow(() -> new RefusedException("no version of " + name + " before this one is kept"));
            JarFacts facts = JarFacts.read(folder.resolve(previous.jar()));
            Running _ = swap(facts, previous.jar(), previous.origin(), progress);
            book.dropCurrent(name);
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
