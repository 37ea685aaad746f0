package org.mutatio.mime.imap;

import java.io.ByteArrayOutputStream;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.header.HeaderBlock;

/// HEADER.FIELDS and HEADER.FIELDS.NOT (RFC 9051 section 6.4.5.1): some fields of a header block, as received, in
/// order, and a blank line.
public final class HeaderFilter {
    private HeaderFilter() {}

    public static byte[] fields(HeaderBlock header, Collection<String> names) {
        return filter(header, names, true);
    }

    public static byte[] fieldsNot(HeaderBlock header, Collection<String> names) {
        return filter(header, names, false);
    }

    private static byte[] filter(HeaderBlock header, Collection<String> names, boolean wanted) {
        var kept = new ByteArrayOutputStream();
        Set<String> folded = new HashSet<>(); // a client may name thousands, and a header may have 100,000 fields
        names.forEach(name -> folded.add(OctetStrings.lower(name)));
        for (HeaderBlock.Field field : header.fields()) {
            if (folded.contains(OctetStrings.lower(field.name())) == wanted) {
                field.writeTo(kept);
            }
        }
        kept.write('\r');
        kept.write('\n');
        return kept.toByteArray();
    }
}
