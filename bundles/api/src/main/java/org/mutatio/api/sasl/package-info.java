/// SASL (RFC 4422): `accounts` gives mechanisms as conversations of challenge and response, smtp and imap only carry
/// them.
@Export
@Version("0.9.0")
@NullMarked
package org.mutatio.api.sasl;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
