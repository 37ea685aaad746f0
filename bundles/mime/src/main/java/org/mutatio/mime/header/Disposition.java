package org.mutatio.mime.header;

import java.util.Optional;

/// Content-Disposition (RFC 2183): `attachment; filename=...`, strings as written.
public record Disposition(String type, Parameters parameters) {

    /// @param value an octet string
    /// @return empty when it does not begin with a token
    public static Optional<Disposition> parse(String value) {
        return parse(value, Parameters.MAX);
    }

    /// @param mostParameters the others are left out
    public static Optional<Disposition> parse(String value, int mostParameters) {
        int at = Scan.skipComments(value, 0);
        int end = MediaType.token(value, at);
        if (end == at) {
            return Optional.empty();
        }
        return Optional.of(new Disposition(value.substring(at, end), MediaType.parameters(value, end, mostParameters)));
    }
}
