package org.mutatio.toml;

/// A place in a file.
///
/// @param file as people know it: `config/domains/example.com.toml`
/// @param line from 1
/// @param column from 1
public record Origin(String file, int line, int column) implements Comparable<Origin> {

    /// `config/mutatio.toml:12`, as it is shown beside a value.
    public String fileAndLine() {
        return file + ":" + line;
    }

    @Override
    public int compareTo(Origin other) {
        int byFile = file.compareTo(other.file);
        if (byFile != 0) {
            return byFile;
        }
        int byLine = Integer.compare(line, other.line);
        return byLine != 0 ? byLine : Integer.compare(column, other.column);
    }

    /// `config/mutatio.toml:12:5`, as it begins an error.
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
