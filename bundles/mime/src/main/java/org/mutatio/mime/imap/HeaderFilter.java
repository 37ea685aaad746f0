package org.mutatio.mime.imap;

import java.io.ByteArrayOutputStream;
import java.util.Collection;
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
        for (HeaderBlock.Field field : header.fields()) {
            if (isNamed(field, names) == wanted) {
                field.writeTo(kept);
            }
        }
        kept.write('\r');
        kept.write('\n');
        return kept.toByteArray();
    }

    private static boolean isNamed(HeaderBlock.Field field, Collection<String> names) {
        for (String name : names) {
            if (field.is(name)) {
                return true;
            }
        }
        return false;
    }
}
