/// Passwords: normalised ([OpaqueString]), hashed ([Argon2id], [ScramVerifier]) in a bounded pool
/// ([HashPool]), kept as opaque lines ([Credentials]).
@NullMarked
package org.mutatio.accounts.password;

import org.jspecify.annotations.NullMarked;
