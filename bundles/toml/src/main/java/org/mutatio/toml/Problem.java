package org.mutatio.toml;

/// What is wrong, and where.
public record Problem(Origin origin, String message) implements Comparable<Problem> {

    @Override
    public int compareTo(Problem other) {
        int byPlace = origin.compareTo(other.origin);
        return byPlace != 0 ? byPlace : message.compareTo(other.message);
    }

    @Override
    public String toString() {
        return origin + ": " + message;
    }
}
