/// The mechanisms: PLAIN (RFC 4616), LOGIN (draft-murchison-sasl-login), SCRAM-SHA-256 and -PLUS (RFC 5802,
/// RFC 7677) over [Login], which knows accounts, hashes and brakes.
@NullMarked
package org.mutatio.accounts.sasl;

import org.jspecify.annotations.NullMarked;
