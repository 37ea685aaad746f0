package org.mutatio.router.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.policy.Policy;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;
import org.mutatio.toml.Origin;

/// What rules one domain, all files of its line merged; immutable.
public final class EffectivePolicy implements Policy {

    /// Who gets mail for an alias.
    ///
    /// @param targets folded
    /// @param origin `config/domains/example.com.toml:12`
    public record Alias(List<MailAddress> targets, String origin) {
        public Alias {
            targets = List.copyOf(targets);
        }
    }

    private static final Set<String> NO_PART_OF_KEY = Set.of("domain", "recipients");

    private final Domain domain;
    private final String name;
    private final String key;
    private final SettingTable table;
    private final Map<String, Object> typed = new HashMap<>();
    private final Map<String, SettingValue> settings = new HashMap<>();
    private final Map<String, Alias> aliases = new LinkedHashMap<>();
    private final List<Route> routes;
    private final Map<String, Origin> locks;
    private final Map<String, String> hidden;

    /// @param root merged, without secrets
    /// @param hidden what is shown in place of a secret's value, by path
    EffectivePolicy(
            Domain domain,
            Node.Branch root,
            List<Route> routes,
            Map<String, Origin> locks,
            Map<String, String> hidden) {
        this.domain = domain;
        this.name = domain.ascii();
        this.routes = List.copyOf(routes);
        this.locks = Map.copyOf(locks);
        this.hidden = Map.copyOf(hidden);
        this.table = Node.table(root);
        for (Setting setting : Schema.settings()) {
            int dot = setting.path().indexOf('.');
            SettingValue value =
                    root.at(setting.path().substring(0, dot), setting.path().substring(dot + 1))
                                            .orElse(null)
                                    instanceof Node.Leaf(var set)
                            ? set
                            : setting.standard();
            settings.put(setting.path(), value);
            typed.put(setting.path(), setting.parse(value));
        }
        if (root.at("recipients", "aliases").orElse(null) instanceof Node.Branch children) {
            children.children().forEach((alias, node) -> {
                if (node instanceof Node.Leaf(var value)) {
                    aliases.put(alias, alias(value));
                }
            });
        }
        this.key = digest();
    }

    private Alias alias(SettingValue value) {
        List<MailAddress> targets = new ArrayList<>();
        if (value instanceof SettingValue.Values items) {
            for (SettingValue item : items.values()) {
                if (item instanceof SettingValue.Text text) {
                    targets.add(MailAddress.parse(
                                    text.value().indexOf('@') < 0 ? text.value() + "@" + domain : text.value())
                            .folded());
                }
            }
        }
        return new Alias(targets, value.origin());
    }

    /// Names, aliases and routes are the router's alone: two domains that differ only there ask the filters once.
    private String digest() {
        StringBuilder all = new StringBuilder();
        Map<String, SettingValue> values = new TreeMap<>();
        table.values().forEach((top, value) -> {
            if (!NO_PART_OF_KEY.contains(top)) {
                leaves(top, value, values);
            }
        });
        for (Setting setting : Schema.settings()) {
            String top = setting.path().substring(0, setting.path().indexOf('.'));
            if (!NO_PART_OF_KEY.contains(top)) {
                values.put(setting.path(), Objects.requireNonNull(settings.get(setting.path())));
            }
        }
        values.forEach((path, value) ->
                all.append(path).append('=').append(Shown.of(value)).append('\n'));
        return sha256(all.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 32);
    }

    static String sha256(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void leaves(String path, SettingValue value, Map<String, SettingValue> into) {
        if (value instanceof SettingValue.Table below) {
            below.table().values().forEach((key, inner) -> leaves(Shown.path(path, key), inner, into));
        } else {
            into.put(path, value);
        }
    }

    @Override
    public Domain domain() {
        return domain;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public DataSize size(String path) {
        return typed(path, DataSize.class);
    }

    @Override
    public Duration duration(String path) {
        return typed(path, Duration.class);
    }

    @Override
    public boolean flag(String path) {
        return typed(path, Boolean.class);
    }

    @Override
    public long number(String path) {
        return typed(path, Long.class);
    }

    @Override
    public double decimal(String path) {
        return typed(path, Double.class);
    }

    @Override
    public String text(String path) {
        return typed(path, String.class);
    }

    @Override
    public List<String> list(String path) {
        if (typed.get(path) instanceof List<?> items) {
            return items.stream().map(String::valueOf).toList();
        }
        throw new IllegalArgumentException("no such list of a policy: " + path);
    }

    private <T> T typed(String path, Class<T> type) {
        Object value = typed.get(path);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    value == null ? "no such key of a policy: " + path : path + " is a " + value.getClass());
        }
        return type.cast(value);
    }

    @Override
    public String origin(String path) {
        SettingValue setting = settings.get(path);
        return setting != null
                ? setting.origin()
                : value(path).map(SettingValue::origin).orElse(Setting.DEFAULT);
    }

    @Override
    public SettingTable filter(String filter) {
        return value("filters." + Shown.key(filter)).orElse(null) instanceof SettingValue.Table settingTable
                ? settingTable.table()
                : SettingTable.EMPTY;
    }

    /// Filters that a file says a word about.
    public List<String> filters() {
        return value("filters").orElse(null) instanceof SettingValue.Table all
                ? List.copyOf(all.table().values().keySet())
                : List.of();
    }

    @Override
    public Optional<SettingValue> value(String path) {
        @Nullable SettingTable at = table;
        @Nullable SettingValue found = null;
        for (String step : steps(path)) {
            found = at == null ? null : at.values().get(step);
            at = found instanceof SettingValue.Table below ? below.table() : null;
            if (found == null) {
                return Optional.empty();
            }
        }
        return Optional.ofNullable(found);
    }

    /// The keys of a path: `recipients.aliases."it.help"`.
    static List<String> steps(String path) {
        List<String> steps = new ArrayList<>();
        StringBuilder step = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\' && quoted && i + 1 < path.length()) {
                step.append(path.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '.' && !quoted) {
                steps.add(step.toString());
                step.setLength(0);
            } else {
                step.append(c);
            }
        }
        steps.add(step.toString());
        return steps;
    }

    @Override
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        Map<String, SettingValue> free = new LinkedHashMap<>();
        for (String path : List.of(Schema.ALIASES, Schema.SCORES, Schema.FILTERS)) {
            value(path).ifPresent(value -> leaves(path, value, free));
        }
        for (Setting setting : Schema.settings()) {
            SettingValue value = Objects.requireNonNull(settings.get(setting.path()));
            entries.add(entry(setting.path(), Shown.of(value), value.origin()));
        }
        free.forEach((path, value) -> entries.add(entry(path, Shown.of(value), value.origin())));
        int number = 0;
        for (Route route : routes) {
            entries.add(entry("route[" + ++number + "]", route.shown(), route.origin()));
        }
        return entries;
    }

    private Entry entry(String path, String value, String origin) {
        String shown = hidden.getOrDefault(path, value);
        return new Entry(path, shown, origin, source(origin), locked(path));
    }

    /// `example.com` of `config/domains/example.com.toml:12`.
    static String source(String origin) {
        int end = origin.lastIndexOf(".toml:");
        return end < 0 ? Setting.DEFAULT : origin.substring(origin.lastIndexOf('/', end) + 1, end);
    }

    private boolean locked(String path) {
        String plain = path.startsWith("route[") ? "route" : path;
        return locks.keySet().stream().anyMatch(lock -> plain.equals(lock) || plain.startsWith(lock + "."));
    }

    /// By folded name, as the file says it.
    public Optional<Alias> alias(String localPart) {
        return Optional.ofNullable(aliases.get(localPart));
    }

    public Map<String, Alias> aliases() {
        return java.util.Collections.unmodifiableMap(aliases);
    }

    /// In the order in which they are tried: own ones, then the parent's.
    public List<Route> routes() {
        return routes;
    }

    /// Paths that a child may not set, with the place of the lock.
    public Map<String, Origin> locks() {
        return locks;
    }

    @Override
    public String toString() {
        return "policy of " + name;
    }
}
