package org.mutatio.router.policy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.policy.FilterSettings;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;
import org.mutatio.toml.Origin;
import org.mutatio.toml.Problem;

/// Makes a set of policies of the files of `config/domains`: all or nothing, every fault at once.
///
/// A file that did not change since the last load is not read again. Used by one thread at a time.
public final class PolicyLoader {

    /// What is in force before a recipient's domain is known.
    public static final String DEFAULT_FILE = "_default.toml";

    static final Domain DEFAULT_DOMAIN = new Domain("_default");
    private static final int MOST_PROBLEMS = 1_000;

    private record Known(String sha256, PolicyFile file) {}

    /// @param set empty when there are problems
    /// @param problems sorted by file and line
    /// @param warnings what is not wrong but looks forgotten
    public record Loaded(Optional<DomainPolicies> set, List<Problem> problems, List<Problem> warnings) {
        public Loaded {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }
    }

    private final String folder;
    private final SecretReader secrets;
    private Map<String, Known> known = Map.of();

    /// @param folder as people know it: `config/domains`
    public PolicyLoader(String folder, SecretReader secrets) {
        this.folder = folder;
        this.secrets = secrets;
    }

    /// One for files in another folder, with the same secrets.
    public PolicyLoader elsewhere(String other) {
        return new PolicyLoader(other, secrets);
    }

    /// @param files octets by name in the folder: `example.com.toml`
    /// @param version of the set, if it is good
    /// @param filters checks `[filters.*]`; empty: nobody can yet
    public Loaded load(Map<String, byte[]> files, long version, Optional<FilterSettings> filters) {
        List<PolicyFile> all = read(files);
        return new Assembly(files, all, version, filters).assemble();
    }

    private List<PolicyFile> read(Map<String, byte[]> files) {
        Map<String, Known> former = known;
        List<Map.Entry<String, byte[]>> sorted = List.copyOf(new TreeMap<>(files).entrySet());
        var each = sorted.size() > 20 ? sorted.parallelStream() : sorted.stream();
        List<Known> now = each.map(entry -> {
                    Known same = former.get(entry.getKey());
                    String sha256 = EffectivePolicy.sha256(entry.getValue());
                    return same != null && same.sha256().equals(sha256)
                            ? same
                            : new Known(sha256, read(entry.getKey(), entry.getValue()));
                })
                .toList();
        Map<String, Known> next = new HashMap<>();
        for (int i = 0; i < sorted.size(); i++) {
            next.put(sorted.get(i).getKey(), now.get(i));
        }
        known = next;
        return now.stream().map(Known::file).toList();
    }

    /// The domain whose file has that name; empty: none, or the defaults of all.
    public static Optional<Domain> domainOf(String fileName) {
        try {
            return fileName.equals(DEFAULT_FILE) ? Optional.empty() : Optional.of(parseName(fileName));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Domain parseName(String fileName) {
        Domain domain = Domain.parse(fileName.substring(0, fileName.length() - ".toml".length()));
        if (reserved(domain)) {
            throw new IllegalArgumentException("only " + DEFAULT_FILE + ", so written, is the file of the defaults");
        }
        return domain;
    }

    /// Whether a domain of that name would have the file of the defaults: an underscore is allowed in names (RFC 2181
    /// section 11), so this one has to be kept from being a domain.
    public static boolean reserved(Domain domain) {
        return domain.equals(DEFAULT_DOMAIN);
    }

    private PolicyFile read(String name, byte[] octets) {
        String shown = folder + "/" + name;
        if (name.equals(DEFAULT_FILE)) {
            return PolicyFile.read(octets, shown, Optional.empty());
        }
        try {
            return PolicyFile.read(octets, shown, Optional.of(parseName(name)));
        } catch (IllegalArgumentException e) {
            PolicyFile read = PolicyFile.read(octets, shown, Optional.of(new Domain("invalid")));
            List<Problem> problems = new ArrayList<>(read.problems());
            problems.addFirst(
                    new Problem(new Origin(shown, 1, 1), "the file's name is to be <domain>.toml: " + e.getMessage()));
            return new PolicyFile(shown, read.domain(), read.root(), Map.of(), Map.of(), Map.of(), List.of(), problems);
        }
    }

    /// One load; the lists fill up on the way.
    private final class Assembly {
        private final Map<String, byte[]> octets;
        private final List<PolicyFile> files;
        private final long version;
        private final Optional<FilterSettings> filters;
        private final List<Problem> problems = new ArrayList<>();
        private final List<Problem> warnings = new ArrayList<>();
        private final Map<Domain, PolicyFile> byDomain = new LinkedHashMap<>();
        private final Map<Domain, Line> lines = new HashMap<>();
        private final Map<String, List<String>> checked = new HashMap<>();
        private final Map<String, String> secretValues = new HashMap<>();

        /// A domain with all that it inherits.
        private record Line(Node.Branch root, List<Route> routes, Map<String, Origin> locks) {}

        Assembly(Map<String, byte[]> octets, List<PolicyFile> files, long version, Optional<FilterSettings> filters) {
            this.octets = octets;
            this.files = files;
            this.version = version;
            this.filters = filters;
        }

        Loaded assemble() {
            @Nullable PolicyFile base = null;
            for (PolicyFile file : files) {
                problems.addAll(file.problems());
                if (file.domain().isEmpty()) {
                    base = file;
                    continue;
                }
                PolicyFile other = byDomain.putIfAbsent(file.domain().get(), file);
                if (other != null) {
                    problems.add(new Problem(
                            new Origin(file.name(), 1, 1),
                            "the domain " + file.domain().get() + " has a file already: " + other.name()));
                }
            }
            Map<Domain, Domain> owners = owners();
            Line defaults = base == null
                    ? new Line(Node.Branch.EMPTY, List.of(), Map.of())
                    : line(new Line(Node.Branch.EMPTY, List.of(), Map.of()), base);
            List<PolicyFile> parentsFirst = new ArrayList<>(byDomain.values());
            parentsFirst.sort(Comparator.comparingLong(file -> file.domain()
                    .orElseThrow()
                    .ascii()
                    .chars()
                    .filter(c -> c == '.')
                    .count()));
            Map<Domain, EffectivePolicy> policies = new HashMap<>();
            for (PolicyFile file : parentsFirst) {
                Domain domain = file.domain().orElseThrow();
                Line line = line(parent(domain).orElse(defaults), file);
                lines.put(domain, line);
                policies.put(domain, effective(domain, line));
            }
            EffectivePolicy ground = effective(DEFAULT_DOMAIN, defaults);
            owners.forEach((name, owner) -> {
                EffectivePolicy policy = policies.get(owner);
                if (policy != null) {
                    policies.put(name, policy);
                }
            });
            List<Problem> sorted = new ArrayList<>(new TreeSet<>(problems));
            if (!sorted.isEmpty()) {
                int shown = Math.min(MOST_PROBLEMS, sorted.size());
                return new Loaded(Optional.empty(), sorted.subList(0, shown), List.copyOf(new TreeSet<>(warnings)));
            }
            DomainPolicies set = new DomainPolicies(version, digest(octets), ground, policies, true);
            return new Loaded(Optional.of(set), List.of(), List.copyOf(new TreeSet<>(warnings)));
        }

        /// Alias names with the domain that has them; a name belongs to one domain only.
        private Map<Domain, Domain> owners() {
            Map<Domain, Domain> owners = new HashMap<>();
            Map<Domain, Origin> places = new HashMap<>();
            for (PolicyFile file : byDomain.values()) {
                Domain domain = file.domain().orElseThrow();
                new TreeMap<>(file.names()).forEach((name, origin) -> {
                    if (name.equals(domain)) {
                        return;
                    }
                    PolicyFile own = byDomain.get(name);
                    Origin former = places.putIfAbsent(name, origin);
                    if (own != null) {
                        problems.add(
                                new Problem(origin, "the domain " + name + " has a file of its own: " + own.name()));
                    } else if (former != null) {
                        problems.add(new Problem(
                                origin,
                                "the name " + name + " belongs to " + owners.get(name) + " already: " + former));
                    } else {
                        owners.put(name, domain);
                    }
                });
            }
            return owners;
        }

        private Optional<Line> parent(Domain domain) {
            Optional<Domain> above = domain.parent();
            while (above.isPresent()) {
                Line line = lines.get(above.get());
                if (line != null) {
                    return Optional.of(line);
                }
                above = above.get().parent();
            }
            return Optional.empty();
        }

        private Line line(Line above, PolicyFile file) {
            file.keys()
                    .forEach((key, place) -> above.locks().forEach((lock, locker) -> {
                        if (key.equals(lock) || key.startsWith(lock + ".")) {
                            problems.add(
                                    new Problem(place, key + " is locked by " + locker + " and cannot be set here"));
                        }
                    }));
            Map<String, Node> kept = new LinkedHashMap<>(above.root().children());
            kept.remove("domain"); // names are one domain's own
            Node.Branch inherited = new Node.Branch(kept, above.root().origin());
            Node.Branch merged = (Node.Branch) Node.merge(inherited, file.root());
            above.locks()
                    .forEach((lock, locker) -> replaced(inherited, merged, lock)
                            .ifPresent(key -> problems.add(new Problem(
                                    file.keys().getOrDefault(key, new Origin(file.name(), 1, 1)),
                                    key + " replaces " + lock + ", which is locked by " + locker))));
            List<Route> routes = new ArrayList<>(file.routes());
            routes.addAll(above.routes());
            Map<String, Origin> locks = new LinkedHashMap<>(file.locks());
            locks.putAll(above.locks());
            return new Line(merged, routes, locks);
        }

        /// The table above a locked key that the child has put something else in place of: the lock is not named there,
        /// but what it holds would be gone.
        private static Optional<String> replaced(Node.Branch inherited, Node.Branch merged, String lock) {
            List<String> steps = EffectivePolicy.steps(lock);
            String path = "";
            for (int i = 1; i < steps.size(); i++) {
                path = Shown.path(path, steps.get(i - 1));
                String[] above = steps.subList(0, i).toArray(String[]::new);
                boolean table = inherited.at(above).orElse(null) instanceof Node.Branch;
                if (table && !(merged.at(above).orElse(null) instanceof Node.Branch)) {
                    return Optional.of(path);
                }
            }
            return Optional.empty();
        }

        private EffectivePolicy effective(Domain domain, Line line) {
            Map<String, String> hidden = new HashMap<>();
            Node.Branch open = (Node.Branch) open("", line.root(), hidden);
            if (open.at("filters").orElse(null) instanceof Node.Branch children) {
                children.children().forEach((filter, node) -> {
                    if (node instanceof Node.Branch settings) {
                        check(filter, Node.table(settings), settings.origin());
                    }
                });
            }
            return new EffectivePolicy(domain, open, line.routes(), line.locks(), hidden);
        }

        /// The tree with secrets read.
        private Node open(String path, Node node, Map<String, String> hidden) {
            return switch (node) {
                case Node.Secret secret -> {
                    hidden.put(path, secret.shown());
                    yield new Node.Leaf(new SettingValue.Text(secret(secret), secret.origin()));
                }
                case Node.Branch branch -> {
                    Map<String, Node> children = new LinkedHashMap<>();
                    branch.children()
                            .forEach((key, child) -> children.put(key, open(Shown.path(path, key), child, hidden)));
                    yield new Node.Branch(children, branch.origin());
                }
                default -> node;
            };
        }

        private String secret(Node.Secret secret) {
            String key = secret.kind() + ":" + secret.name();
            String read = secretValues.get(key);
            if (read == null) {
                try {
                    read = secrets.read(secret.kind(), secret.name());
                } catch (IOException e) {
                    problems.add(new Problem(place(secret.origin()), secret.shown() + ": " + e.getMessage()));
                    read = "";
                }
                secretValues.put(key, read);
            }
            return read;
        }

        private void check(String filter, SettingTable settings, String origin) {
            if (filters.isEmpty()) {
                return;
            }
            if (!filters.get().filters().contains(filter)) {
                warnings.add(
                        new Problem(place(origin), "no filter " + filter + " is there now; its settings wait for it"));
                return;
            }
            String same = filter + "\n" + settings;
            for (String text : checked.computeIfAbsent(same, _ -> filters.get().check(filter, settings))) {
                int colon = text.indexOf(": ");
                boolean placed = text.startsWith(folder) && colon > 0;
                problems.add(
                        placed
                                ? new Problem(place(text.substring(0, colon)), text.substring(colon + 2))
                                : new Problem(place(origin), text));
            }
        }
    }

    /// Of `config/domains/example.com.toml:12`, with or without a column.
    private static Origin place(String origin) {
        List<String> parts = List.of(origin.split(":", -1));
        try {
            int line = parts.size() > 1 ? Integer.parseInt(parts.get(1)) : 1;
            int column = parts.size() > 2 ? Integer.parseInt(parts.get(2)) : 1;
            return new Origin(parts.getFirst(), line, column);
        } catch (NumberFormatException e) {
            return new Origin(origin, 1, 1);
        }
    }

    /// Names the set by its files' names and octets.
    public static String digest(Map<String, byte[]> files) {
        StringBuilder all = new StringBuilder();
        new TreeMap<>(files)
                .forEach((name, octets) -> all.append(EffectivePolicy.sha256(octets))
                        .append("  ")
                        .append(name)
                        .append('\n'));
        return EffectivePolicy.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
    }
}
