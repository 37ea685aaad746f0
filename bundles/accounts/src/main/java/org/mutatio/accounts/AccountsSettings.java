package org.mutatio.accounts;

import java.time.Duration;
import java.util.function.Supplier;
import org.mutatio.accounts.password.Argon2id;
import org.mutatio.accounts.password.ScramVerifier;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.Durations;

/// Table `[accounts]` as real types, checked at once: a value that only fails in the middle of somebody's
/// log-in would be found by him.
///
/// @param cost of one hash
/// @param scram whether verifiers are made and SCRAM is offered
/// @param rounds of new verifiers
/// @param threads hashes at work at once
/// @param queue log-ins that may wait for a hash
/// @param cache how long a right password is remembered
record AccountsSettings(Argon2id cost, boolean scram, int rounds, int threads, int queue, Duration cache) {

    private static final int MOST_THREADS = 256;
    private static final int MOST_QUEUE = 100_000;
    private static final Duration LONGEST_CACHE = Duration.ofDays(1);

    /// @param heap the most octets that this process may have
    /// @throws IllegalArgumentException names setting, value and a good example
    static AccountsSettings of(AccountsConfig config, long heap) {
        int threads = within("hash-threads", config.hashThreads(), 1, MOST_THREADS, "2");
        int queue = within("hash-queue", config.hashQueue(), 0, MOST_QUEUE, "64");
        DataSize memory = named("hash-memory", config.hashMemory(), () -> DataSize.parse(config.hashMemory()));
        // A hash that finds no memory takes the whole server down, and whoever sends passwords decides when.
        if (memory.octets() > heap / 2 / threads) {
            throw new IllegalArgumentException("hash-memory = \"" + config.hashMemory() + "\" times hash-threads = "
                    + threads + " is more than half of the heap of " + heap / 1_048_576
                    + " MiB (example: hash-memory = \"19 MiB\", hash-threads = 2)");
        }
        Argon2id cost = named(
                "hash-memory, hash-passes",
                config.hashMemory() + ", " + config.hashPasses(),
                () -> new Argon2id((int) Math.min(Integer.MAX_VALUE, memory.octets() / 1024), config.hashPasses(), 1));
        int rounds = within(
                "scram-iterations",
                config.scramIterations(),
                ScramVerifier.LEAST_ITERATIONS,
                ScramVerifier.MOST_ITERATIONS,
                "20000");
        Duration cache = named("cache", config.cache(), () -> Durations.parse(config.cache()));
        if (cache.compareTo(LONGEST_CACHE) > 0) {
            throw new IllegalArgumentException(
                    "cache = \"" + config.cache() + "\": at most a day (example: \"10 m\"; \"0 s\": not at all)");
        }
        return new AccountsSettings(cost, config.scram(), rounds, threads, queue, cache);
    }

    private static int within(String setting, int value, int least, int most, String example) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    setting + " = " + value + ": " + least + " to " + most + " (example: " + example + ")");
        }
        return value;
    }

    private static <T> T named(String setting, String value, Supplier<T> read) {
        try {
            return read.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(setting + " = \"" + value + "\": " + e.getMessage(), e);
        }
    }
}
