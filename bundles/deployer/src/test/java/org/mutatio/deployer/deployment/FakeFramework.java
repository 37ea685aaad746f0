package org.mutatio.deployer.deployment;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A framework in which a bundle does what the test says; what it did is kept as a list of steps. What is expected of a
/// real one is held by `OsgiFrameworkTest`.
final class FakeFramework implements Framework {
    /// Thrown where the process would have died.
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    final List<String> steps = new ArrayList<>();
    final Map<Long, String> jars = new TreeMap<>();
    private final Map<Long, Path> paths = new HashMap<>();
    final Set<Long> active = new HashSet<>();
    /// How long each started bundle was given, by version.
    final Map<String, Duration> given = new HashMap<>();
    /// By a part of the jar's file name: what goes wrong with it.
    final Map<String, String> unresolved = new HashMap<>();
    final Map<String, String> failing = new HashMap<>();
    final Map<String, String> waiting = new HashMap<>();
    final Map<String, String> sick = new HashMap<>();
    /// Sick after so many probes.
    final Map<String, Integer> sickAfter = new HashMap<>();
    final Map<String, Integer> work = new HashMap<>();

    @Nullable
    String killBefore;

    private long next = 100;

    Runnable atEachStep = () -> {};

    private void step(String step) {
        atEachStep.run();
        if (step.equals(killBefore)) {
            throw new Killed();
        }
        steps.add(step);
    }

    private String jar(long bundle) {
        return jars.getOrDefault(bundle, "gone");
    }

    private static Optional<String> of(Map<String, String> faults, String jar) {
        return faults.entrySet().stream()
                .filter(entry -> jar.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    @Override
    public long install(Path jar) throws RefusedException {
        if (!Files.exists(jar)) {
            throw new RefusedException("no file " + jar);
        }
        for (var known : paths.entrySet()) {
            if (known.getValue().equals(jar)) {
                return known.getKey(); // as a real one does
            }
        }
        long bundle = next++;
        jars.put(bundle, jar.getFileName().toString());
        paths.put(bundle, jar);
        step("install " + version(bundle));
        return bundle;
    }

    /// `tagger-1.0.0`, without hash and ending.
    private String version(long bundle) {
        return jar(bundle).replaceAll("-[0-9a-f]{8}\\.jar$|\\.jar$", "");
    }

    @Override
    public Optional<String> resolve(long bundle) {
        return of(unresolved, jar(bundle));
    }

    @Override
    public void start(long bundle, Duration deadline) throws RefusedException {
        step("start " + version(bundle));
        given.put(version(bundle), deadline);
        Optional<String> fault = of(failing, jar(bundle));
        if (fault.isPresent()) {
            throw new RefusedException(fault.get());
        }
        active.add(bundle);
    }

    @Override
    public void stop(long bundle, Duration deadline) {
        step("stop " + version(bundle));
        active.remove(bundle);
    }

    @Override
    public boolean asks(long bundle) {
        return jar(bundle).startsWith("asking-");
    }

    @Override
    public List<String> unsatisfied(long bundle) {
        return of(waiting, jar(bundle)).map(List::of).orElse(List.of());
    }

    @Override
    public List<String> broken(long bundle, Duration deadline) {
        String jar = jar(bundle);
        for (var entry : sickAfter.entrySet()) {
            if (jar.contains(entry.getKey())) {
                int left = entry.getValue();
                sickAfter.put(entry.getKey(), left - 1);
                return left <= 0 ? List.of("fell ill") : List.of();
            }
        }
        return of(sick, jar).map(List::of).orElse(List.of());
    }

    @Override
    public int drain(long bundle, Duration deadline) {
        step("drain " + version(bundle));
        return work.getOrDefault(version(bundle), 0);
    }

    @Override
    public void remove(long bundle) {
        step("remove " + version(bundle));
        jars.remove(bundle);
        paths.remove(bundle);
        active.remove(bundle);
    }

    @Override
    public List<String> dependants(long bundle) {
        return List.of();
    }

    @Override
    public String state(long bundle) {
        return active.contains(bundle) ? "active" : "stopped";
    }

    @Override
    public Optional<String> exporter(String packageName) {
        return packageName.equals("org.h2") ? Optional.of("com.h2database") : Optional.empty();
    }

    /// Versions that run, without the hash.
    List<String> running() {
        return jars.keySet().stream()
                .filter(active::contains)
                .map(this::version)
                .toList();
    }
}
