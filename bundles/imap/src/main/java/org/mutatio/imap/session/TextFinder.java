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
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.encoding.Charsets;
import org.mutatio.mime.encoding.TransferEncoding;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.Part;

/// Looks for a text as people read it: encodings and charsets taken off, case and compatibility forms folded (the
/// idea of RFC 5051, i;unicode-casemap). Bodies are read in pieces, so memory does not grow with them, and each octet
/// is compared once (Knuth, Morris, Pratt): `contains` takes the length of the body times that of the text when both
/// are `aaaa...`, 38 s for a megabyte.
final class TextFinder {
    private static final int PIECE = 16 * 1024;

    /// Of a text that is looked for; longer ones are nobody's question.
    private static final int LONGEST = 8 * 1024;

    /// Marks on one letter; Unicode Standard Annex 15, section 13 (Stream-Safe Text Format).
    private static final int MOST_MARKS = 30;

    private static final char JOINER = '\u034f';

    /// Asked again and again: throws when the search has taken long enough.
    @FunctionalInterface
    interface Patience {
        void check() throws RefusedException;
    }

    private final String wanted;
    private final int[] back; // how much of the text still fits when its next character does not
    private final Patience patience;
    private char[] piece = new char[0]; // one for all parts: there may be 2,000

    TextFinder(String text, Patience patience) throws RefusedException {
        this.wanted = fold(text);
        if (wanted.length() > LONGEST) {
            throw RefusedException.no("LIMIT", "the text to look for is too long");
        }
        this.back = new int[wanted.length()];
        this.patience = patience;
        int fits = 0;
        for (int i = 1; i < back.length; i++) {
            fits = after(fits, wanted.charAt(i));
            back[i] = fits;
        }
    }

    static String fold(String text) {
        boolean ascii = OctetStrings.isAscii(text);
        if (ascii) {
            return OctetStrings.lower(text);
        }
        return Normalizer.normalize(
                        streamSafe(text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)), Normalizer.Form.NFKD)
                .toLowerCase(Locale.ROOT);
    }

    /// The normaliser sorts the marks on one letter in quadratic time: 64 KiB of them took 3 s.
    private static String streamSafe(String text) {
        StringBuilder safe = null;
        int from = 0;
        int marks = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (c < 0x300 || !mark(c)) {
                marks = 0;
            } else if (++marks > MOST_MARKS) {
                if (safe == null) {
                    safe = new StringBuilder(text.length() + text.length() / MOST_MARKS);
                }
                safe.append(text, from, i).append(JOINER);
                from = i;
                marks = 1;
            }
            i += Character.charCount(c);
        }
        return safe == null ? text : safe.append(text, from, text.length()).toString();
    }

    private static boolean mark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
            default -> false;
        };
    }

    /// @param fits characters of the text that were seen
    /// @return the same behind one more
    private int after(int fits, char c) {
        int still = fits;
        while (still > 0 && wanted.charAt(still) != c) {
            still = back[still - 1];
        }
        return wanted.charAt(still) == c ? still + 1 : still;
    }

    boolean in(String text) {
        return wanted.isEmpty() || after(fold(text), 0) == wanted.length();
    }

    /// @return [#wanted]'s length when it was found
    private int after(String folded, int before) {
        int fits = before;
        for (int i = 0; i < folded.length(); i++) {
            fits = after(fits, folded.charAt(i));
            if (fits == wanted.length()) {
                return fits;
            }
        }
        return fits;
    }

    /// BODY: text parts, headers left out.
    boolean body(MessageReader message) throws IOException, RefusedException {
        return find(message, false);
    }

    /// TEXT: headers of all parts, and text parts.
    boolean anywhere(MessageReader message) throws IOException, RefusedException {
        return find(message, true);
    }

    private boolean find(MessageReader message, boolean headers) throws IOException, RefusedException {
        if (wanted.isEmpty()) {
            return true;
        }
        Deque<Part> parts = new ArrayDeque<>();
        parts.add(message.summary().root());
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            patience.check();
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

    private boolean content(MessageReader message, Part part) throws IOException, RefusedException {
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

    private boolean content(Reader reader) throws IOException, RefusedException {
        if (piece.length == 0) {
            piece = new char[PIECE];
        }
        int fits = 0;
        while (true) {
            int count = reader.read(piece, 0, piece.length);
            if (count < 0) {
                return false;
            }
            patience.check();
            fits = after(fold(new String(piece, 0, count)), fits);
            if (fits == wanted.length()) {
                return true;
            }
        }
    }
}
