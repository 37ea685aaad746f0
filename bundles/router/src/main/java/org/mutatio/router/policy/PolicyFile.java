package org.mutatio.router.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.SettingValue;
import org.mutatio.toml.NearestKey;
import org.mutatio.toml.Origin;
import org.mutatio.toml.Problem;
import org.mutatio.toml.TomlDocument;
import org.mutatio.toml.TomlFile;
import org.mutatio.toml.TomlValue;

/// One file of `config/domains`, read and checked by itself: unknown keys, wrong types, bad units, dead routes. What
/// several files say together is [PolicyLoader]'s.
///
/// @param name `config/domains/example.com.toml`
/// @param domain whose it is; empty: `_default.toml`
/// @param root what it sets
/// @param names further names of the domain, each with its place
/// @param locks paths that no child may set, each with its place
/// @param keys place of each key that is set, by path
/// @param routes in file order
/// @param problems all of them; empty: the file is good
record PolicyFile(
        String name,
        Optional<Domain> domain,
        Node.Branch root,
        Map<Domain, Origin> names,
        Map<String, Origin> locks,
        Map<String, Origin> keys,
        List<Route> routes,
        List<Problem> problems) {

    private static final Set<String> MATCH_KEYS = Set.of("to", "from", "size-over", "size-under", "authenticated");
    private static final Set<String> ROUTE_KEYS = Set.of("match", "relay", "tls", "provider", "local");
    /// Keys whose value would be a secret: it stands in a file of its own or in the environment.
    private static final List<String> SECRET_WORDS = List.of("password", "secret", "token", "api-key", "passphrase");

    /// @param octets as they lie on disk
    static PolicyFile read(byte[] octets, String name, Optional<Domain> domain) {
        return new Reader(TomlFile.parse(octets, name), domain).read();
    }

    /// Reads one document; the lists fill up on the way.
    private static final class Reader {
        private final TomlDocument document;
        private final Optional<Domain> domain;
        private final List<Problem> problems = new ArrayList<>();
        private final Map<Domain, Origin> names = new LinkedHashMap<>();
        private final Map<String, Origin> locks = new LinkedHashMap<>();
        private final Map<String, Origin> keys = new LinkedHashMap<>();
        private final List<Route> routes = new ArrayList<>();

        Reader(TomlDocument document, Optional<Domain> domain) {
            this.document = document;
            this.domain = domain;
            problems.addAll(document.problems());
        }

        PolicyFile read() {
            Map<String, Node> top = new LinkedHashMap<>();
            document.root().entries().forEach((key, entry) -> {
                switch (key) {
                    case "locked" -> locked(entry.value());
                    case "route" -> {
                        keys.put("route", entry.key());
                        routes(entry.value());
                    }
                    default -> node("", key, entry.key(), entry.value()).ifPresent(node -> top.put(key, node));
                }
            });
            deadRoutes();
            Node.Branch root = new Node.Branch(top, document.root().origin().fileAndLine());
            problems.sort(null);
            return new PolicyFile(
                    document.name(),
                    domain,
                    root,
                    Map.copyOf(names),
                    java.util.Collections.unmodifiableMap(locks),
                    java.util.Collections.unmodifiableMap(keys),
                    List.copyOf(routes),
                    List.copyOf(problems));
        }

        private void problem(Origin at, String message) {
            problems.add(new Problem(at, message));
        }

        private Optional<Node> node(String prefix, String key, Origin at, TomlValue value) {
            String path = Shown.path(prefix, key);
            if (path.equals(Schema.ALIASES) || path.equals(Schema.SCORES) || path.equals(Schema.FILTERS)) {
                return freeTable(path, value);
            }
            Optional<Setting> setting = Schema.setting(path);
            if (setting.isPresent()) {
                keys.put(path, at);
                return setting(setting.get(), at, value);
            }
            if (!Schema.table(path)) {
                Optional<String> meant = Schema.meant(path);
                problem(
                        at,
                        "unknown key " + path
                                + meant.map(m -> "; did you mean " + m + "?").orElse(""));
                return Optional.empty();
            }
            if (!(value instanceof TomlValue.Table table)) {
                problem(value.origin(), path + " is a table ([" + path + "]), not a " + value.kind());
                return Optional.empty();
            }
            Map<String, Node> children = new LinkedHashMap<>();
            table.entries()
                    .forEach((below, entry) -> node(path, below, entry.key(), entry.value())
                            .ifPresent(child -> children.put(below, child)));
            return Optional.of(new Node.Branch(children, table.origin().fileAndLine()));
        }

        private Optional<Node> setting(Setting setting, Origin at, TomlValue value) {
            String path = setting.path();
            if (value instanceof TomlValue.Table table) {
                if (setting.kind().list() && !path.equals(Schema.NAMES) && isDelta(table)) {
                    Node.Delta delta = delta(table);
                    for (List<SettingValue> items : List.of(delta.add(), delta.remove())) {
                        check(setting, new SettingValue.Values(items, delta.origin()), value.origin());
                    }
                    return Optional.of(delta);
                }
                Optional<Node> secret = secret(table);
                if (setting.kind() == Kind.TEXT && secret.isPresent()) {
                    return secret;
                }
            }
            Optional<SettingValue> plain = plain(value);
            if (plain.isEmpty() || !check(setting, plain.get(), value.origin())) {
                return Optional.empty();
            }
            if (path.equals(Schema.NAMES)) {
                names(at, (TomlValue.Items) value);
            }
            return Optional.of(new Node.Leaf(plain.get()));
        }

        private boolean check(Setting setting, SettingValue value, Origin at) {
            try {
                setting.parse(value);
                if (setting.path().equals("pipeline.ways")) {
                    ways(value, at);
                }
                return true;
            } catch (IllegalArgumentException e) {
                problem(at, setting.path() + ": " + e.getMessage());
                return false;
            }
        }

        private void ways(SettingValue value, Origin at) {
            List<String> known = List.of("mx", "submission", "lmtp", "append");
            if (value instanceof SettingValue.Values items) {
                for (SettingValue item : items.values()) {
                    if (item instanceof SettingValue.Text way && !known.contains(way.value())) {
                        String hint = NearestKey.of(way.value(), known)
                                .map(n -> "; did you mean \"" + n + "\"?")
                                .orElse("");
                        problem(
                                at,
                                "pipeline.ways knows " + String.join(", ", known) + ", not \"" + way.value() + "\""
                                        + hint);
                    }
                }
            }
        }

        private void names(Origin at, TomlValue.Items items) {
            if (domain.isEmpty()) {
                problem(at, "domain.names belongs in a domain's own file: _default has no names");
                return;
            }
            for (TomlValue item : items.values()) {
                if (item instanceof TomlValue.Text(var text, var origin)) {
                    Domain name = Domain.parse(text);
                    if (names.putIfAbsent(name, origin) != null) {
                        problem(origin, "the name " + text + " stands twice in domain.names");
                    }
                }
            }
        }

        private Optional<Node> freeTable(String path, TomlValue value) {
            if (!(value instanceof TomlValue.Table table)) {
                problem(value.origin(), path + " is a table ([" + path + "]), not a " + value.kind());
                return Optional.empty();
            }
            Map<String, Node> children = new LinkedHashMap<>();
            table.entries().forEach((written, entry) -> {
                String key = path.equals(Schema.ALIASES) ? Schema.foldedAlias(written) : written;
                String below = Shown.path(path, key);
                Origin former = keys.putIfAbsent(below, entry.key());
                if (former != null) {
                    problem(entry.key(), below + " stands there already, in other letters: " + former);
                }
                Optional<Node> child = switch (path) {
                    case Schema.ALIASES -> alias(below, key, entry);
                    case Schema.SCORES -> score(below, entry.value());
                    default -> filter(below, entry.value());
                };
                child.ifPresent(node -> children.put(key, node));
            });
            return Optional.of(new Node.Branch(children, table.origin().fileAndLine()));
        }

        /// Targets are made whole addresses here: a local name belongs to the domain of the file that says it. In
        /// `_default.toml` it stays as it is and belongs to each recipient's own domain.
        private Optional<Node> alias(String path, String key, TomlValue.Entry entry) {
            if (key.isBlank() || key.indexOf('@') >= 0) {
                problem(entry.key(), path + ": an alias is a name without @ (its domain is that of the file)");
                return Optional.empty();
            }
            return switch (entry.value()) {
                case TomlValue.Text text -> targets(path, List.of(text), text.origin());
                case TomlValue.Items items -> targets(path, items.values(), items.origin());
                case TomlValue.Table table
                when isDelta(table) -> {
                    Optional<List<SettingValue>> add = addresses(path, list(table, "add"));
                    Optional<List<SettingValue>> remove = addresses(path, list(table, "remove"));
                    yield add.isPresent() && remove.isPresent()
                            ? Optional.of(new Node.Delta(
                                    add.get(), remove.get(), table.origin().fileAndLine()))
                            : Optional.empty();
                }
                default -> {
                    problem(
                            entry.value().origin(),
                            path + ": a list of addresses is wanted, as [\"ann\", \"bo@x.org\"]");
                    yield Optional.empty();
                }
            };
        }

        private Optional<Node> targets(String path, List<TomlValue> items, Origin at) {
            if (items.isEmpty()) {
                problem(at, path + " leads nowhere: name at least one address");
                return Optional.empty();
            }
            return addresses(path, items)
                    .map(values -> new Node.Leaf(new SettingValue.Values(values, at.fileAndLine())));
        }

        private Optional<List<SettingValue>> addresses(String path, List<TomlValue> items) {
            List<SettingValue> values = new ArrayList<>();
            boolean good = true;
            for (TomlValue item : items) {
                try {
                    if (!(item instanceof TomlValue.Text text)) {
                        throw new IllegalArgumentException("an address in quotes is wanted, not a " + item.kind());
                    }
                    values.add(new SettingValue.Text(
                            whole(text.value().strip()), item.origin().fileAndLine()));
                } catch (IllegalArgumentException e) {
                    problem(item.origin(), path + ": " + e.getMessage());
                    good = false;
                }
            }
            return good ? Optional.of(values) : Optional.empty();
        }

        private String whole(String text) {
            if (text.indexOf('@') >= 0) {
                return MailAddress.parse(text).folded().toString();
            }
            Domain own = domain.orElse(new Domain("invalid"));
            String address =
                    MailAddress.parse(text + "@" + own.ascii()).folded().toString();
            return domain.isPresent() ? address : address.substring(0, address.lastIndexOf('@')); // quoted as it was
        }

        private Optional<Node> score(String path, TomlValue value) {
            Optional<SettingValue> plain = plain(value);
            if (plain.isPresent() && plain.get() instanceof SettingValue.Numeric) {
                return Optional.of(new Node.Leaf(plain.get()));
            }
            problem(value.origin(), path + ": a number is wanted, as 5.0");
            return Optional.empty();
        }

        private Optional<Node> filter(String path, TomlValue value) {
            if (!(value instanceof TomlValue.Table table)) {
                problem(value.origin(), path + " is a filter's table ([" + path + "]), not a " + value.kind());
                return Optional.empty();
            }
            return Optional.of(free(path, table));
        }

        private Node.Branch free(String path, TomlValue.Table table) {
            Map<String, Node> children = new LinkedHashMap<>();
            table.entries().forEach((key, entry) -> {
                String below = Shown.path(path, key);
                keys.put(below, entry.key());
                switch (entry.value()) {
                    case TomlValue.Table inner -> {
                        Optional<Node> secret = secret(inner);
                        children.put(key, secret.orElseGet(() -> isDelta(inner) ? delta(inner) : free(below, inner)));
                    }
                    default -> {
                        if (entry.value() instanceof TomlValue.Text && secretKey(key)) {
                            problem(
                                    entry.value().origin(),
                                    below + " is a secret: write " + key
                                            + " = { file = \"...\" } or { env = \"...\" }");
                        }
                        plain(entry.value()).ifPresent(plain -> children.put(key, new Node.Leaf(plain)));
                    }
                }
            });
            return new Node.Branch(children, table.origin().fileAndLine());
        }

        private static boolean secretKey(String key) {
            String word = key.toLowerCase(Locale.ROOT).replace('_', '-');
            return SECRET_WORDS.stream().anyMatch(secret -> word.equals(secret) || word.endsWith("-" + secret));
        }

        private static Optional<Node> secret(TomlValue.Table table) {
            if (table.entries().size() == 1) {
                for (String kind : List.of("file", "env")) {
                    if (table.get(kind).orElse(null) instanceof TomlValue.Text(var name, var origin)) {
                        return Optional.of(new Node.Secret(kind, name, origin.fileAndLine()));
                    }
                }
            }
            return Optional.empty();
        }

        private static boolean isDelta(TomlValue.Table table) {
            return !table.entries().isEmpty()
                    && table.entries().entrySet().stream()
                            .allMatch(entry -> (entry.getKey().equals("add")
                                            || entry.getKey().equals("remove"))
                                    && entry.getValue().value() instanceof TomlValue.Items);
        }

        private static List<TomlValue> list(TomlValue.Table table, String key) {
            return table.get(key).orElse(null) instanceof TomlValue.Items items ? items.values() : List.of();
        }

        private Node.Delta delta(TomlValue.Table table) {
            List<List<SettingValue>> lists = new ArrayList<>();
            for (String key : List.of("add", "remove")) {
                List<SettingValue> values = new ArrayList<>();
                list(table, key).forEach(item -> plain(item).ifPresent(values::add));
                lists.add(values);
            }
            return new Node.Delta(
                    lists.getFirst(), lists.getLast(), table.origin().fileAndLine());
        }

        /// As settings know it; a date is none.
        private Optional<SettingValue> plain(TomlValue value) {
            String origin = value.origin().fileAndLine();
            return switch (value) {
                case TomlValue.Text text -> Optional.of(new SettingValue.Text(text.value(), origin));
                case TomlValue.Whole number ->
                    Optional.of(new SettingValue.Numeric((double) number.value(), true, origin));
                case TomlValue.Decimal number -> Optional.of(new SettingValue.Numeric(number.value(), false, origin));
                case TomlValue.Flag flag -> Optional.of(new SettingValue.Flag(flag.value(), origin));
                case TomlValue.Items items -> {
                    List<SettingValue> values = new ArrayList<>();
                    items.values().forEach(item -> plain(item).ifPresent(values::add));
                    yield Optional.of(new SettingValue.Values(values, origin));
                }
                case TomlValue.Table entries -> {
                    Map<String, SettingValue> values = new LinkedHashMap<>();
                    entries.entries()
                            .forEach((key, entry) -> plain(entry.value()).ifPresent(inner -> values.put(key, inner)));
                    yield Optional.of(
                            new SettingValue.Table(new org.mutatio.sdk.settings.SettingTable(values), origin));
                }
                case TomlValue.Moment(var text, var at) -> {
                    problem(at, "no setting is a date or time: " + text + " (put it in quotes?)");
                    yield Optional.empty();
                }
            };
        }

        private void locked(TomlValue value) {
            if (!(value instanceof TomlValue.Items items)) {
                problem(value.origin(), "locked is a list of keys, as [\"authentication.dmarc\", \"tls\"]");
                return;
            }
            for (TomlValue item : items.values()) {
                if (!(item instanceof TomlValue.Text written)) {
                    problem(item.origin(), "locked: a key in quotes is wanted, not a " + item.kind());
                    continue;
                }
                String path = Schema.canonical(written.value()); // however it is quoted, it locks the same
                if (Schema.lockable(path)) {
                    locks.put(path, item.origin());
                } else {
                    problem(
                            item.origin(),
                            "locked: unknown key " + path
                                    + Schema.meant(path)
                                            .map(m -> "; did you mean " + m + "?")
                                            .orElse(""));
                }
            }
        }

        private void routes(TomlValue value) {
            List<TomlValue> items = value instanceof TomlValue.Items values ? values.values() : List.of(value);
            for (TomlValue item : items) {
                if (item instanceof TomlValue.Table table) {
                    route(table).ifPresent(routes::add);
                } else {
                    problem(item.origin(), "a route is a table: write [[route]]");
                }
            }
        }

        private Optional<Route> route(TomlValue.Table table) {
            int before = problems.size();
            unknown("route", table, ROUTE_KEYS);
            TomlValue.Table match = new TomlValue.Table(Map.of(), table.origin());
            TomlValue given = table.get("match").orElse(match);
            if (given instanceof TomlValue.Table it) {
                match = it;
            } else {
                problem(given.origin(), "route.match is a table, as { to = \"*@eu.example.com\" }");
            }
            unknown("route.match", match, MATCH_KEYS);
            List<AddressPattern> to = new ArrayList<>();
            for (TomlValue item : texts("route.match.to", match.get("to"))) {
                pattern(item, text -> to.add(AddressPattern.parse(text)));
            }
            List<Route.Sender> from = new ArrayList<>();
            for (TomlValue item : texts("route.match.from", match.get("from"))) {
                pattern(item, text -> from.add(Route.Sender.parse(text)));
            }
            OptionalLong over = size("route.match.size-over", match.get("size-over"));
            OptionalLong under = size("route.match.size-under", match.get("size-under"));
            Optional<Boolean> authenticated = flag("route.match.authenticated", match.get("authenticated"));
            if (over.isPresent() && under.isPresent() && over.getAsLong() + 1 >= under.getAsLong()) {
                problem(
                        table.origin(),
                        "dead route: no size is over " + over.getAsLong() + " and under " + under.getAsLong());
            }
            Optional<Route.Action> action = action(table);
            outside(table, to, match);
            if (problems.size() > before || action.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new Route(
                    to,
                    from,
                    over,
                    under,
                    authenticated,
                    action.get(),
                    table.origin().fileAndLine()));
        }

        /// A recipient outside of the file's domain (and of those below it) never comes to this route.
        private void outside(TomlValue.Table table, List<AddressPattern> to, TomlValue.Table match) {
            if (domain.isEmpty() || to.isEmpty()) {
                return;
            }
            boolean reachable = false;
            for (AddressPattern pattern : to) {
                String wanted = pattern.domain();
                reachable |= wanted.indexOf('*') >= 0
                        || new Domain(wanted).within(domain.get())
                        || names.keySet().stream().anyMatch(name -> new Domain(wanted).within(name));
            }
            if (!reachable) {
                problem(
                        match.keyOrigin("to").orElse(table.origin()),
                        "dead route: no recipient of " + domain.get() + " or below it matches " + to.getFirst());
            }
        }

        private Optional<Route.Action> action(TomlValue.Table table) {
            List<String> given = new ArrayList<>(List.of("relay", "provider", "local"));
            given.removeIf(key -> table.get(key).isEmpty());
            if (given.size() != 1) {
                problem(
                        table.origin(),
                        given.isEmpty()
                                ? "a route says where: relay = \"host:port\", provider = \"name\" or local = true"
                                : "a route says one of " + String.join(", ", given) + ", not all");
                return Optional.empty();
            }
            String tls = "";
            TomlValue written = table.get("tls").orElse(null);
            table.keyOrigin("tls").ifPresent(at -> keys.putIfAbsent(Schema.OUTGOING_TLS, at)); // it is a word on that
            if (written instanceof TomlValue.Text word
                    && (word.value().equals("require") || word.value().equals("opportunistic"))) {
                tls = word.value();
            } else if (written != null) {
                problem(written.origin(), "route.tls is \"require\" or \"opportunistic\"");
            }
            TomlValue value = table.get(given.getFirst()).orElseThrow();
            switch (given.getFirst()) {
                case "relay" -> {
                    if (value instanceof TomlValue.Text text && !text.value().isBlank()) {
                        try {
                            return Optional.of(new Route.Action.Relay(Kind.host(text.value()), tls));
                        } catch (IllegalArgumentException e) {
                            problem(value.origin(), "route.relay: " + e.getMessage());
                            return Optional.empty();
                        }
                    }
                    problem(value.origin(), "route.relay is a host with port, as \"mx-eu.example.com:25\"");
                }
                case "provider" -> {
                    if (value instanceof TomlValue.Text text && !text.value().isBlank()) {
                        return Optional.of(new Route.Action.Provider(text.value(), tls));
                    }
                    problem(value.origin(), "route.provider is the name of a RouteProvider in quotes");
                }
                default -> {
                    if (value instanceof TomlValue.Flag yes && yes.value()) {
                        return Optional.of(new Route.Action.Local());
                    }
                    problem(value.origin(), "route.local is true or not there");
                }
            }
            return Optional.empty();
        }

        private void unknown(String path, TomlValue.Table table, Set<String> known) {
            table.entries().forEach((key, entry) -> {
                if (!known.contains(key)) {
                    problem(
                            entry.key(),
                            "unknown key " + path + "." + Shown.key(key)
                                    + NearestKey.of(key, known)
                                            .map(n -> "; did you mean " + path + "." + n + "?")
                                            .orElse(""));
                }
            });
        }

        private List<TomlValue> texts(String path, Optional<TomlValue> value) {
            if (value.isEmpty()) {
                return List.of();
            }
            List<TomlValue> items =
                    value.get() instanceof TomlValue.Items several ? several.values() : List.of(value.get());
            if (items.isEmpty()) {
                problem(value.get().origin(), "dead route: " + path + " is an empty list");
            }
            return items;
        }

        private void pattern(TomlValue item, java.util.function.Consumer<String> take) {
            if (!(item instanceof TomlValue.Text text)) {
                problem(item.origin(), "a pattern of addresses in quotes is wanted, not a " + item.kind());
                return;
            }
            try {
                take.accept(text.value());
            } catch (IllegalArgumentException e) {
                problem(item.origin(), String.valueOf(e.getMessage()));
            }
        }

        private OptionalLong size(String path, Optional<TomlValue> value) {
            if (value.isEmpty()) {
                return OptionalLong.empty();
            }
            try {
                if (value.get() instanceof TomlValue.Text text) {
                    return OptionalLong.of(DataSize.parse(text.value()).octets());
                }
                problem(value.get().origin(), path + ": " + Kind.SIZE.wanted(List.of()) + " is wanted");
            } catch (IllegalArgumentException e) {
                problem(value.get().origin(), path + ": " + e.getMessage());
            }
            return OptionalLong.empty();
        }

        private Optional<Boolean> flag(String path, Optional<TomlValue> value) {
            if (value.isPresent() && value.get() instanceof TomlValue.Flag flag) {
                return Optional.of(flag.value());
            }
            value.ifPresent(other -> problem(other.origin(), path + " is true or false"));
            return Optional.empty();
        }

        private void deadRoutes() {
            Set<Route> reported = new LinkedHashSet<>();
            for (int later = 1; later < routes.size(); later++) {
                for (int earlier = 0; earlier < later; earlier++) {
                    if (routes.get(earlier).hides(routes.get(later)) && reported.add(routes.get(later))) {
                        problem(
                                origins(later),
                                "dead route: all that matches it goes to the route at "
                                        + routes.get(earlier).origin() + " before");
                    }
                }
            }
        }

        /// The n-th good route's place; routes keep only file and line.
        private Origin origins(int index) {
            String origin = routes.get(index).origin();
            return new Origin(document.name(), Integer.parseInt(origin.substring(origin.lastIndexOf(':') + 1)), 1);
        }
    }
}
