package org.mutatio.toml;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tomlj.MutableTomlArray;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/// Changes values in a file's text; comments, order and layout of the rest stay as they are.
public final class TomlEdit {

    private final TomlParseResult root;
    private final String mark;

    private TomlEdit(TomlParseResult root, String mark) {
        this.root = root;
        this.mark = mark;
    }

    /// @throws IllegalArgumentException the text is not well-formed: edit it by hand first
    public static TomlEdit of(String text) {
        String plain = TomlFile.withoutMark(text);
        // A comment that ends the file without ending its line comes back with a blank behind it.
        TomlParseResult root = Toml.parse(plain.isEmpty() || plain.endsWith("\n") ? plain : plain + "\n");
        if (root.hasErrors()) {
            throw new IllegalArgumentException(root.errors().getFirst().toString());
        }
        return new TomlEdit(root, text.substring(0, text.length() - plain.length()));
    }

    /// Whether a file sets it, also as a table.
    public boolean has(List<String> path) {
        return at(path) != null;
    }

    /// Null too where something else than a table is on the way.
    private @Nullable Object at(List<String> path) {
        TomlTable table = root;
        for (String key : path.subList(0, path.size() - 1)) {
            if (!(table.get(List.of(key)) instanceof TomlTable next)) {
                return null;
            }
            table = next;
        }
        return table.get(List.of(path.getLast()));
    }

    /// The keys of a table in file order, as written without quotes; empty when there is no such table.
    public List<String> keys(List<String> path) {
        return at(path) instanceof TomlTable table ? List.copyOf(table.keySet()) : List.of();
    }

    /// The texts of a list; empty when something else stands there or nothing.
    public Optional<List<String>> texts(List<String> path) {
        return at(path) instanceof TomlArray array && array.toList().stream().allMatch(String.class::isInstance)
                ? Optional.of(array.toList().stream().map(String.class::cast).toList())
                : Optional.empty();
    }

    /// Missing tables are made at the end.
    ///
    /// @throws IllegalArgumentException a value that is no table is in the way
    public TomlEdit set(List<String> path, String value) {
        return put(path, value);
    }

    /// Missing tables are made at the end.
    ///
    /// @throws IllegalArgumentException a value that is no table is in the way
    public TomlEdit set(List<String> path, List<String> values) {
        TomlArray former = at(path) instanceof TomlArray array ? array : null;
        if (former instanceof MutableTomlArray array) {
            array.clear();
            values.forEach(array::add);
            return this;
        }
        return put(path, MutableTomlArray.of(values.toArray()));
    }

    private TomlEdit put(List<String> path, Object value) {
        try {
            if (path.size() > 1) {
                root.getOrCreateTable(path.subList(0, path.size() - 1)).set(List.of(path.getLast()), value);
            } else {
                root.set(path, value);
            }
            return this;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(Toml.joinKeyPath(path) + " cannot be set there: " + e.getMessage(), e);
        }
    }

    /// @return whether it was there
    public boolean remove(List<String> path) {
        return at(path) != null && root.remove(path) != null;
    }

    public String text() {
        return mark + root.toToml();
    }
}
