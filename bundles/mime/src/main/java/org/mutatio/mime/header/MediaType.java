package org.mutatio.mime.header;

import java.util.Optional;
import org.mutatio.mime.OctetStrings;

/// Content-Type (RFC 2045 section 5): `type/subtype; parameters`, strings as written.
public record MediaType(String type, String subtype, Parameters parameters) {

    /// What a part without a readable Content-Type is; RFC 2045 section 5.2.
    public static final MediaType TEXT_PLAIN = new MediaType("text", "plain", Parameters.NONE);

    public static final MediaType OCTET_STREAM = new MediaType("application", "octet-stream", Parameters.NONE);
    public static final MediaType MESSAGE = new MediaType("message", "rfc822", Parameters.NONE);

    /// @param value an octet string
    /// @return empty when there is no `type/subtype`
    public static Optional<MediaType> parse(String value) {
        return parse(value, Parameters.MAX);
    }

    /// @param mostParameters the others are left out
    public static Optional<MediaType> parse(String value, int mostParameters) {
        int at = Scan.skipComments(value, 0);
        int typeEnd = token(value, at);
        String type = value.substring(at, typeEnd);
        at = Scan.skipComments(value, typeEnd);
        if (type.isEmpty() || at >= value.length() || value.charAt(at) != '/') {
            return Optional.empty();
        }
        at = Scan.skipComments(value, at + 1);
        int subtypeEnd = token(value, at);
        String subtype = value.substring(at, subtypeEnd);
        if (subtype.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new MediaType(type, subtype, parameters(value, subtypeEnd, mostParameters)));
    }

    static Parameters parameters(String value, int from, int most) {
        int at = Scan.skipComments(value, from);
        return at >= value.length() ? Parameters.NONE : Parameters.parse(value, at, most);
    }

    static int token(String value, int from) {
        int at = from;
        while (at < value.length() && (Tokens.isTokenChar(value.charAt(at)) || value.charAt(at) > 0x7F)) {
            at++;
        }
        return at;
    }

    public boolean is(String ofType) {
        return OctetStrings.equalsIgnoreCase(type, ofType);
    }

    public boolean is(String ofType, String ofSubtype) {
        return is(ofType) && OctetStrings.equalsIgnoreCase(subtype, ofSubtype);
    }
}
