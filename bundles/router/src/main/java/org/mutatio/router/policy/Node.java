package org.mutatio.router.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;

/// The tree of what a file sets, and of what several files set together.
sealed interface Node {

    String origin();

    record Branch(Map<String, Node> children, String origin) implements Node {
        static final Branch EMPTY = new Branch(Map.of(), Setting.DEFAULT);

        public Branch {
            children = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(children));
        }

        Optional<Node> at(String... keys) {
            Node node = this;
            for (String key : keys) {
                if (!(node instanceof Branch branch) || branch.children.get(key) == null) {
                    return Optional.empty();
                }
                node = java.util.Objects.requireNonNull(branch.children.get(key));
            }
            return Optional.of(node);
        }
    }

    record Leaf(SettingValue value) implements Node {
        @Override
        public String origin() {
            return value.origin();
        }
    }

    /// `{ file = "..." }` or `{ env = "..." }`: read when the set is made, never shown.
    record Secret(String kind, String name, String origin) implements Node {
        String shown() {
            return "{ " + kind + " = " + Shown.quoted(name) + " }";
        }
    }

    /// `{ add = [...], remove = [...] }`: changes the parent's list.
    record Delta(List<SettingValue> add, List<SettingValue> remove, String origin) implements Node {
        public Delta {
            add = List.copyOf(add);
            remove = List.copyOf(remove);
        }
    }

    /// The child's word over the parent's: tables merge, lists change by [Delta], all else is replaced.
    static Node merge(@Nullable Node parent, Node child) {
        return switch (child) {
            case Branch branch -> {
                Map<String, Node> merged = new LinkedHashMap<>();
                if (parent instanceof Branch over) {
                    merged.putAll(over.children());
                }
                branch.children().forEach((key, value) -> merged.put(key, merge(merged.get(key), value)));
                yield new Branch(merged, branch.origin());
            }
            case Delta delta -> {
                List<SettingValue> items = new ArrayList<>();
                if (parent instanceof Leaf(SettingValue.Values former)) {
                    items.addAll(former.values());
                }
                items.removeIf(item -> contains(delta.remove(), item));
                delta.add().stream().filter(item -> !contains(items, item)).forEach(items::add);
                yield new Leaf(new SettingValue.Values(items, delta.origin()));
            }
            case Leaf leaf -> leaf;
            case Secret secret -> secret;
        };
    }

    private static boolean contains(List<SettingValue> items, SettingValue wanted) {
        String shown = Shown.of(wanted);
        return items.stream().anyMatch(item -> Shown.of(item).equals(shown));
    }

    /// Without secrets, which the caller has replaced by leaves.
    static SettingTable table(Branch branch) {
        Map<String, SettingValue> values = new LinkedHashMap<>();
        branch.children().forEach((key, node) -> {
            switch (node) {
                case Leaf(var value) -> values.put(key, value);
                case Branch below -> values.put(key, new SettingValue.Table(table(below), below.origin()));
                case Delta delta -> values.put(key, new SettingValue.Values(delta.add(), delta.origin()));
                case Secret _ -> throw new IllegalStateException("a secret that was not read: " + key);
            }
        });
        return new SettingTable(values);
    }
}
