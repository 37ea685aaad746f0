package org.mutatio.imap.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.encoding.Charsets;
import org.mutatio.mime.encoding.TransferEncoding;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.Part;

/// Looks for a text as people read it: encodings and charsets taken off, case and compatibility forms folded (the
/// idea of RFC 5051, i;unicode-casemap). Bodies are read in pieces, so memory does not grow with them.
final class TextFinder {
    private static final int PIECE = 16 * 1024;

    private final String wanted;

    TextFinder(String text) {
        this.wanted = fold(text);
    }

    static String fold(String text) {
        boolean ascii = OctetStrings.isAscii(text);
        if (ascii) {
            return OctetStrings.lower(text);
        }
        return Normalizer.normalize(text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), Normalizer.Form.NFKD)
                .toLowerCase(Locale.ROOT);
    }

    boolean in(String text) {
        return wanted.isEmpty() || fold(text).contains(wanted);
    }

    /// BODY: text parts, headers left out.
    boolean body(MessageReader message) throws IOException {
        return find(message, false);
    }

    /// TEXT: headers of all parts, and text parts.
    boolean anywhere(MessageReader message) throws IOException {
        return find(message, true);
    }

    private boolean find(MessageReader message, boolean headers) throws IOException {
        if (wanted.isEmpty()) {
            return true;
        }
        Deque<Part> parts = new ArrayDeque<>();
        parts.add(message.summary().root());
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            if (headers && header(message.header(part))) {
                return true;
            }
            if (part.kind() == Part.Kind.LEAF && readable(part) && content(message, part)) {
                return true;
            }
            for (Part child : part.children().reversed()) {
                parts.push(child);
            }
        }
        return false;
    }

    private static boolean readable(Part part) {
        return part.is("text") || part.is("message");
    }

    private boolean header(HeaderBlock header) {
        for (HeaderBlock.Field field : header.fields()) {
            if (in(field.name() + ": " + field.text())) {
                return true;
            }
        }
        return false;
    }

    private boolean content(MessageReader message, Part part) throws IOException {
        Charset charset = part.parameters()
                .value("charset")
                .flatMap(Charsets::find)
                .filter(found -> !found.equals(StandardCharsets.US_ASCII))
                .orElse(StandardCharsets.UTF_8);
        try (InputStream octets = message.octets().stream(part.bodyStart(), part.bodySize());
                InputStream decoded = TransferEncoding.of(part.encoding()).decode(octets);
                Reader reader = new InputStreamReader(
                        decoded,
                        charset.newDecoder()
                                .onMalformedInput(CodingErrorAction.REPLACE)
                                .onUnmappableCharacter(CodingErrorAction.REPLACE))) {
            return content(reader);
        }
    }

    private boolean content(Reader reader) throws IOException {
        char[] piece = new char[PIECE];
        String before = "";
        while (true) {
            int count = reader.read(piece, 0, piece.length);
            if (count < 0) {
                return false;
            }
            String folded = before + fold(new String(piece, 0, count));
            if (folded.contains(wanted)) {
                return true;
            }
            before = folded.substring(Math.max(0, folded.length() - wanted.length()));
        }
    }
}
