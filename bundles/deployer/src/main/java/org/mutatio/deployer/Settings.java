package org.mutatio.deployer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.deployer.config.Checks;
import org.mutatio.deployer.config.Configurations;
import org.mutatio.deployer.config.Settled;
import org.mutatio.deployer.deployment.WholeFile;
import org.mutatio.toml.Problem;
import org.mutatio.toml.TomlFile;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// mutatio.toml to ConfigAdmin: read, checked as a whole, then what changed is handed on. A bad file changes nothing;
/// the last good one is kept in `data/config/mutatio.toml.good`, so that a restart comes up with it.
final class Settings {

    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);
    private static final String NAME = "config/mutatio.toml";
    private static final String LISTENER = "org.mutatio.ports.listener";

    private final BundleContext context;
    private final ConfigurationAdmin admin;
    private final MetaTypeService types;
    private final ServiceComponentRuntime components;
    private final Path file;
    private final Path good;
    private final InstantSource clock;
    private Configurations applied = Configurations.NONE;
    private final Set<String> empty = new HashSet<>();
    private volatile Instant since = Instant.EPOCH;
    private volatile List<String> problems = List.of();
    /// What was put in force at the start, as long as the bundles have not been asked about it.
    private byte @Nullable [] unconfirmed;
    private final Settled seen = new Settled();
    /// Looked at by the deployer's thread, applied again by that of an action.
    private final ReentrantLock lock = new ReentrantLock();

    Settings(
            BundleContext context,
            ConfigurationAdmin admin,
            MetaTypeService types,
            ServiceComponentRuntime components,
            Path home,
            InstantSource clock) {
        this.context = context;
        this.admin = admin;
        this.types = types;
        this.components = components;
        this.file = home.resolve(NAME);
        this.good = home.resolve("data/config/mutatio.toml.good");
        this.clock = clock;
    }

    List<String> problems() {
        return problems;
    }

    Instant since() {
        return since;
    }

    /// At the start: the file, or when it is wrong the last good one.
    ///
    /// @return false: neither can be used
    boolean begin() throws IOException {
        lock.lock();
        try {
            return readFirst();
        } finally {
            lock.unlock();
        }
    }

    private boolean readFirst() throws IOException {
        byte[] octets = Files.readAllBytes(file);
        seen.begin(octets);
        List<Problem> found = new ArrayList<>();
        Configurations read = read(octets, found);
        if (found.isEmpty()) {
            apply(read);
            unconfirmed = octets;
            return true;
        }
        tell(found);
        return lastGood();
    }

    /// When the bundles of the start are there: they are asked about what they were given.
    void confirm() throws IOException {
        lock.lock();
        try {
            byte[] octets = unconfirmed;
            unconfirmed = null;
            if (octets != null) {
                confirm(octets);
            }
        } finally {
            lock.unlock();
        }
    }

    private void confirm(byte[] octets) throws IOException {
        List<Problem> found = Checks.read(applied, readers()); // it is what those octets say
        if (found.isEmpty()) {
            WholeFile.write(good, octets);
        } else {
            tell(found);
            boolean _ = lastGood(); // or what was given, of which all that makes sense serves
        }
    }

    private boolean lastGood() throws IOException {
        if (!Files.exists(good)) {
            return false;
        }
        List<Problem> old = new ArrayList<>();
        Configurations last = read(Files.readAllBytes(good), old);
        if (!old.isEmpty()) {
            return false;
        }
        LOG.error(
                "event=config-last-good reason=\"{} is wrong\" cure=\"correct it: it is read again when it changes\"",
                NAME);
        apply(last);
        return true;
    }

    private void tell(List<Problem> found) {
        problems = found.stream().map(Problem::toString).toList();
        problems.forEach(problem -> LOG.error("event=config-invalid problem=\"{}\"", problem));
    }

    /// Every half second: has it changed?
    void look() throws IOException {
        if (!Files.exists(file)) {
            problems = List.of(NAME + ": the file is missing; what was read before goes on");
            seen.gone();
            return;
        }
        Optional<byte[]> changed = seen.look(Files.readAllBytes(file));
        if (changed.isPresent()) {
            lock.lock();
            try {
                readAgain(changed.get());
            } finally {
                lock.unlock();
            }
        }
    }

    private void readAgain(byte[] octets) throws IOException {
        List<Problem> found = new ArrayList<>();
        Configurations read = read(octets, found);
        if (!found.isEmpty()) {
            tell(found);
            return;
        }
        problems = List.of();
        apply(read);
        WholeFile.write(good, octets);
    }

    /// New bundles may want a configuration that the table gives or, absent, an empty one.
    void again() throws IOException {
        lock.lock();
        try {
            apply(applied);
        } finally {
            lock.unlock();
        }
    }

    private Configurations read(byte[] octets, List<Problem> found) {
        Configurations configurations = Configurations.of(TomlFile.parse(octets, NAME), found);
        if (found.isEmpty()) {
            found.addAll(Checks.check(configurations, known()));
        }
        if (found.isEmpty()) {
            found.addAll(Checks.read(configurations, readers()));
        }
        found.sort(null);
        return configurations;
    }

    /// By PID, how its bundle reads it.
    private Map<String, Consumer<Map<String, Object>>> readers() {
        Map<String, Consumer<Map<String, Object>>> readers = new HashMap<>();
        try {
            for (ServiceReference<SettingsCheck> reference : context.getServiceReferences(SettingsCheck.class, null)) {
                if (reference.getProperty(SettingsCheck.PID) instanceof String pid) {
                    readers.put(pid, table -> ask(reference, table));
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter is given", e);
        }
        return readers;
    }

    private void ask(ServiceReference<SettingsCheck> reference, Map<String, Object> table) {
        SettingsCheck check = context.getService(reference);
        if (check != null) { // else its bundle went just now: the next one reads
            try {
                check.read(table);
            } finally {
                boolean _ = context.ungetService(reference);
            }
        }
    }

    /// What the installed bundles declare: by metatype, or by a component's PID alone.
    private Map<String, Checks.Known> known() {
        Map<String, Checks.Known> known = new HashMap<>();
        for (Bundle bundle : context.getBundles()) {
            MetaTypeInformation information = types.getMetaTypeInformation(bundle);
            if (information != null) {
                for (String pid : information.getPids()) {
                    known.put(pid, declared(information, pid));
                }
                for (String pid : information.getFactoryPids()) {
                    known.put(pid, declared(information, pid));
                }
            }
        }
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            // A component without a configuration of its own names its class as PID: that is nobody's
            // table.
            if ("require".equals(component.configurationPolicy)) {
                for (String pid : component.configurationPid) {
                    known.putIfAbsent(pid, new Checks.Known(Map.of(), true));
                }
            }
        }
        return known;
    }

    private static Checks.Known declared(MetaTypeInformation information, String pid) {
        ObjectClassDefinition definition = information.getObjectClassDefinition(pid, null);
        Map<String, String> attributes = new HashMap<>();
        for (AttributeDefinition attribute : definition.getAttributeDefinitions(ObjectClassDefinition.ALL)) {
            String type = switch (attribute.getType()) {
                case AttributeDefinition.BOOLEAN -> "Boolean";
                case AttributeDefinition.INTEGER, AttributeDefinition.LONG, AttributeDefinition.SHORT -> "Long";
                case AttributeDefinition.DOUBLE, AttributeDefinition.FLOAT -> "Double";
                default -> "String";
            };
            attributes.put(attribute.getID(), attribute.getCardinality() == 0 ? type : type + "[]");
        }
        return new Checks.Known(attributes, false);
    }

    private void apply(Configurations next) throws IOException {
        for (var entry : next.single().entrySet()) {
            Configurations.Settings old = applied.single().get(entry.getKey());
            if (old == null || !same(old.values(), entry.getValue().values())) {
                update(
                        admin.getConfiguration(entry.getKey(), "?"),
                        entry.getValue().values());
                empty.remove(entry.getKey());
            }
        }
        for (String gone : applied.single().keySet()) {
            if (!next.single().containsKey(gone)) {
                update(admin.getConfiguration(gone, "?"), Map.of());
                empty.add(gone);
            }
        }
        for (String pid : known().keySet()) {
            if (pid.startsWith("org.mutatio.")
                    && !pid.equals(LISTENER)
                    && !next.single().containsKey(pid)
                    && empty.add(pid)) {
                update(admin.getConfiguration(pid, "?"), Map.of());
            }
        }
        factories(next);
        boolean changed = !next.equals(applied);
        applied = next;
        if (changed || since.equals(Instant.EPOCH)) {
            since = clock.instant();
            LOG.info("event=config-applied file={}", NAME);
        }
    }

    private void factories(Configurations next) throws IOException {
        Set<String> pids = new HashSet<>(next.factories().keySet());
        pids.addAll(applied.factories().keySet());
        for (String pid : pids) {
            Map<String, Configurations.Settings> before = applied.factories().getOrDefault(pid, Map.of());
            Map<String, Configurations.Settings> after = next.factories().getOrDefault(pid, Map.of());
            // First those that go: another may want their port.
            for (String name : before.keySet()) {
                if (!after.containsKey(name)) {
                    admin.getFactoryConfiguration(pid, name, "?").delete();
                }
            }
            for (var entry : after.entrySet()) {
                Configurations.Settings old = before.get(entry.getKey());
                if (old == null || !same(old.values(), entry.getValue().values())) {
                    update(
                            admin.getFactoryConfiguration(pid, entry.getKey(), "?"),
                            entry.getValue().values());
                }
            }
        }
    }

    /// Hands on what differs: an update with the same values would restart its users, as after a swap of
    /// ours.
    private static void update(Configuration configuration, Map<String, Object> values) throws IOException {
        Dictionary<String, Object> now = configuration.getProperties();
        if (now != null) {
            Map<String, Object> known = new HashMap<>();
            for (String name : Collections.list(now.keys())) {
                if (!name.startsWith("service.")) {
                    known.put(name, now.get(name));
                }
            }
            if (same(known, values)) {
                return;
            }
        }
        configuration.update(FrameworkUtil.asDictionary(new HashMap<>(values)));
    }

    private static boolean same(Map<String, Object> one, Map<String, Object> other) {
        if (!one.keySet().equals(other.keySet())) {
            return false;
        }
        for (var entry : one.entrySet()) {
            Object value = other.get(entry.getKey());
            boolean equal = entry.getValue() instanceof String[] many
                    ? value instanceof String[] others && Arrays.equals(many, others)
                    : entry.getValue().equals(value);
            if (!equal) {
                return false;
            }
        }
        return true;
    }
}
