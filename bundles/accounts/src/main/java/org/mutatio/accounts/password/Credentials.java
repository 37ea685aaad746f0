package org.mutatio.accounts.password;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Makes the lines that the store keeps for a password, and says whether they are still as they should be.
///
/// @param cost of Argon2id
/// @param scram whether a SCRAM verifier is made beside it
/// @param iterations of the verifier
/// @param random cryptographically strong
public record Credentials(Argon2id cost, boolean scram, int iterations, RandomGenerator random) {

    public Credentials {
        ScramVerifier.requireRounds(iterations); // here, and not in the middle of somebody's log-in
    }

    /// @param password as typed
    /// @throws IllegalArgumentException it cannot be prepared ([NewPassword#weakness] says so before)
    public List<String> make(String password) {
        List<String> lines = new ArrayList<>();
        lines.add(cost.hash(
                OpaqueString.of(password).orElseThrow(() -> new IllegalArgumentException("not a password")), random));
        if (scram) {
            OpaqueString.saslPrep(password)
                    .ifPresent(prepared -> lines.add(
                            ScramVerifier.make(prepared, iterations, random).line()));
        }
        return lines;
    }

    /// Whether they are to be made anew now that the password is at hand.
    public boolean outdated(List<String> credentials) {
        Optional<String> hash = hash(credentials);
        return hash.isEmpty()
                || cost.outdated(hash.get())
                || scram != verifier(credentials).isPresent()
                || verifier(credentials)
                        .filter(kept -> kept.iterations() != iterations)
                        .isPresent();
    }

    public static Optional<String> hash(List<String> credentials) {
        return credentials.stream().filter(Argon2id::is).findFirst();
    }

    public static Optional<ScramVerifier> verifier(List<String> credentials) {
        return credentials.stream().filter(ScramVerifier::is).findFirst().flatMap(ScramVerifier::parse);
    }
}
