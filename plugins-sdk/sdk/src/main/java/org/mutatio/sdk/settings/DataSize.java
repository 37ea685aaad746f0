package org.mutatio.sdk.settings;

import java.util.Locale;

/// A number of octets, written `50 MB`, `512 KiB`, `1 GB`, `1000 B`.
///
/// kB, MB, GB, TB are powers of 1,000; KiB, MiB, GiB, TiB of 1,024.
public record DataSize(long octets) implements Comparable<DataSize> {

    public DataSize {
        if (octets < 0) {
            throw new IllegalArgumentException("a size cannot be negative: " + octets);
        }
    }

    public static DataSize of(long octets) {
        return new DataSize(octets);
    }

    /// @throws IllegalArgumentException names the text and a good example
    public static DataSize parse(String text) {
        String trimmed = text.strip();
        int digits = 0;
        while (digits < trimmed.length() && Character.isDigit(trimmed.charAt(digits))) {
            digits++;
        }
        String unit = trimmed.substring(digits).strip().toUpperCase(Locale.ROOT);
        long factor = switch (unit) {
            case "", "B" -> 1L;
            case "KB" -> 1_000L;
            case "MB" -> 1_000_000L;
            case "GB" -> 1_000_000_000L;
            case "TB" -> 1_000_000_000_000L;
            case "KIB" -> 1L << 10;
            case "MIB" -> 1L << 20;
            case "GIB" -> 1L << 30;
            case "TIB" -> 1L << 40;
            default -> 0L;
        };
        if (digits == 0 || factor == 0) {
            throw new IllegalArgumentException("not a size (examples: 50 MB, 512 KiB): " + text);
        }
        try {
            return new DataSize(Math.multiplyExact(Long.parseLong(trimmed, 0, digits, 10), factor));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("size too large: " + text, e);
        }
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(octets, other.octets);
    }

    /// In the largest unit that keeps it a whole number: `20 MB`, `64 KiB`, `1234 B`.
    @Override
    public String toString() {
        String[] decimal = {"TB", "GB", "MB", "kB"};
        long unit = 1_000_000_000_000L;
        for (String name : decimal) {
            if (octets >= unit && octets % unit == 0) {
                return octets / unit + " " + name;
            }
            unit /= 1_000;
        }
        String[] binary = {"TiB", "GiB", "MiB", "KiB"};
        for (int i = 0; i < binary.length; i++) {
            long size = 1L << (40 - 10 * i);
            if (octets >= size && octets % size == 0) {
                return octets / size + " " + binary[i];
            }
        }
        return octets + " B";
    }
}
