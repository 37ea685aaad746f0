package org.mutatio.toml;

import java.util.List;

/// A file that was read.
///
/// @param name as people know the file
/// @param root what could be read; with problems it is what lies around them, fit for nothing but more messages
/// @param problems every fault of syntax, in file order; empty: the file is well-formed
public record TomlDocument(String name, TomlValue.Table root, List<Problem> problems) {

    public TomlDocument {
        problems = List.copyOf(problems);
    }

    public boolean valid() {
        return problems.isEmpty();
    }
}
