package org.mutatio.pipeline.mail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.encoding.TransferEncoding;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.Part;
import org.mutatio.mime.structure.Summary;

/// Puts other content into one leaf, in the transfer encoding it has; when that cannot carry it (8-bit octets or long
/// lines in a 7bit part) in quoted-printable for text and base64 for the rest, and says so in the part's header.
final class PartReplacement {

    /// RFC 5322 section 2.1.1.
    private static final int LONGEST_LINE = 998;

    private PartReplacement() {}

    static Draft apply(Draft draft, String number, byte[] decoded) throws IOException {
        Summary summary = draft.summary();
        Optional<Part> found = summary.part(number);
        if (found.isEmpty() || found.get().kind() != Part.Kind.LEAF) {
            throw new IllegalArgumentException("no leaf with the number " + number);
        }
        Part part = found.get();
        byte[] content = part.is("text") ? LineEnds.normalise(decoded) : decoded;
        TransferEncoding encoding = TransferEncoding.of(part.encoding());
        boolean fits = fits(part, encoding, content);
        TransferEncoding chosen =
                fits ? encoding : part.is("text") ? TransferEncoding.QUOTED_PRINTABLE : TransferEncoding.BASE64;
        Rope body = draft.whole();
        long header = draft.headerSize();
        byte[] encoded = encode(chosen, content);
        if (fits) {
            return draft.withBody(
                    body.splice(part.bodyStart(), part.bodyEnd(), encoded).slice(header, Long.MAX_VALUE));
        }
        String name = chosen == TransferEncoding.BASE64 ? "base64" : "quoted-printable";
        if (part.headerStart() == 0) {
            return draft.withBody(body.splice(part.bodyStart(), part.bodyEnd(), encoded)
                            .slice(header, Long.MAX_VALUE))
                    .with(List.of(new Edit.ReplaceHeader("Content-Transfer-Encoding", name)));
        }
        byte[] partHeader =
                withEncoding(ReceivedMessage.source(body).slice(part.headerStart(), part.bodyStart()), name);
        ByteArrayOutputStream whole = new ByteArrayOutputStream(partHeader.length + encoded.length);
        whole.writeBytes(partHeader);
        whole.writeBytes(encoded);
        return draft.withBody(body.splice(part.headerStart(), part.bodyEnd(), whole.toByteArray())
                .slice(header, Long.MAX_VALUE));
    }

    private static boolean fits(Part part, TransferEncoding encoding, byte[] content) {
        return switch (encoding) {
            case BASE64 -> true;
            case QUOTED_PRINTABLE -> part.is("text");
            case UUENCODE -> false;
            case IDENTITY -> {
                String name = OctetStrings.lower(part.encoding().orElse("7bit"));
                boolean wide = name.equals("8bit") || name.equals("binary");
                yield plain(content, wide);
            }
        };
    }

    /// Lines of at most 998 octets with CR LF only, and nothing that the encoding forbids; RFC 2045 section 6.2.
    private static boolean plain(byte[] content, boolean eightBit) {
        int line = 0;
        for (int i = 0; i < content.length; i++) {
            byte octet = content[i];
            boolean end = octet == '\r' && i + 1 < content.length && content[i + 1] == '\n';
            if (octet == 0 || octet < 0 && !eightBit || octet == '\r' && !end) {
                return false;
            }
            if (octet == '\n') {
                if (i == 0 || content[i - 1] != '\r') {
                    return false;
                }
                line = 0;
            } else if (octet != '\r' && ++line > LONGEST_LINE) {
                return false;
            }
        }
        return true;
    }

    private static byte[] encode(TransferEncoding encoding, byte[] content) throws IOException {
        if (encoding == TransferEncoding.IDENTITY) {
            return content;
        }
        ByteArrayOutputStream encoded = new ByteArrayOutputStream(content.length + content.length / 2 + 16);
        try (OutputStream to = encoding.encode(encoded)) {
            to.write(content);
        }
        return encoded.toByteArray();
    }

    /// @param header with its blank line, if it has one
    private static byte[] withEncoding(byte[] header, String encoding) {
        ByteArrayOutputStream changed = new ByteArrayOutputStream(header.length + 48);
        for (HeaderBlock.Field field : HeaderBlock.of(header).fields()) {
            if (!field.is("Content-Transfer-Encoding")) {
                field.writeTo(changed);
            }
        }
        changed.writeBytes(HeaderField.octets("Content-Transfer-Encoding", encoding));
        changed.write('\r');
        changed.write('\n');
        return changed.toByteArray();
    }
}
