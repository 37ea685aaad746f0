package org.mutatio.examples.disclaimer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.mutatio.sdk.mail.Part;

/// The text to add, and how it gets into a part without touching a single octet of what was there.
final class Wording {
    /// Larger texts are left alone: nobody writes them, and they would be held in memory.
    static final int LONGEST = 2_000_000;

    private final String text;
    private final String html;

    Wording(String text, String html) {
        this.text = text.strip().replace("\r\n", "\n");
        this.html = html.isBlank() ? markup(this.text) : html.strip();
    }

    String plain() {
        return "\r\n-- \r\n" + text.replace("\n", "\r\n") + "\r\n";
    }

    private static String markup(String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<div>" + escaped.replace("\n", "<br>\r\n") + "</div>";
    }

    /// The part's content with the wording in it, in the part's own charset.
    ///
    /// @return empty when it is there already, or the part is too large or in a charset that nobody here
    /// can write
    /// @throws IOException the message could not be read
    Optional<byte[]> under(Part part) throws IOException {
        boolean markup = part.contentType().equals("text/html");
        Optional<Charset> charset = charset(part.parameters().get("charset"));
        if (charset.isEmpty() || contains(part, markup)) {
            return Optional.empty();
        }
        byte[] before;
        try (InputStream decoded = part.decoded()) {
            before = decoded.readNBytes(LONGEST + 1);
        }
        if (before.length > LONGEST) {
            return Optional.empty();
        }
        byte[] added = encode(markup ? references(html, charset.get()) : plain(), charset.get());
        int at = markup ? endOfBody(before) : before.length;
        byte[] whole = Arrays.copyOf(before, before.length + added.length);
        System.arraycopy(added, 0, whole, at, added.length);
        System.arraycopy(before, at, whole, at + added.length, before.length - at);
        return Optional.of(whole);
    }

    private boolean contains(Part part, boolean markup) {
        String first = (markup ? html : text).lines().findFirst().orElse("");
        return part.text(LONGEST).contains(first);
    }

    /// Where the last `</body>` or `</html>` begins, else the end; in charsets whose ASCII is ASCII.
    private static int endOfBody(byte[] html) {
        String lower = new String(html, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        int end = lower.lastIndexOf("</body");
        end = end < 0 ? lower.lastIndexOf("</html") : end;
        return end < 0 ? html.length : end;
    }

    /// Only those in which our octets can be put between others: no UTF-16, no ISO-2022 with its states.
    private static Optional<Charset> charset(@org.jspecify.annotations.Nullable String name) {
        if (name == null) {
            return Optional.of(StandardCharsets.US_ASCII); // RFC 2045 section 5.2
        }
        try {
            Charset charset = Charset.forName(name);
            String canonical = charset.name();
            boolean stateful =
                    canonical.startsWith("UTF-16") || canonical.startsWith("UTF-32") || canonical.contains("2022");
            return stateful || !charset.canEncode() ? Optional.empty() : Optional.of(charset);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) { // then it cannot be written
            return Optional.empty();
        }
    }

    /// `&#228;` for what the charset does not have.
    private static String references(String html, Charset charset) {
        CharsetEncoder encoder = charset.newEncoder();
        var written = new StringBuilder(html.length());
        html.codePoints().forEach(c -> {
            String character = Character.toString(c);
            if (encoder.canEncode(character)) {
                written.append(character);
            } else {
                written.append("&#").append(c).append(';');
            }
        });
        return written.toString();
    }

    /// Letters without their marks, then `?`, for what the charset does not have.
    private static byte[] encode(String text, Charset charset) {
        CharsetEncoder encoder = charset.newEncoder().onUnmappableCharacter(CodingErrorAction.REPLACE);
        String writable = encoder.canEncode(text)
                ? text
                : Normalizer.normalize(text.replace("ß", "ss"), Normalizer.Form.NFKD)
                        .replaceAll("\\p{Mn}", "");
        try {
            ByteBuffer octets = encoder.encode(CharBuffer.wrap(writable));
            byte[] encoded = new byte[octets.remaining()];
            octets.get(encoded);
            return encoded;
        } catch (CharacterCodingException broken) { // half of a character in the policy
            throw new IllegalArgumentException("the disclaimer is no text: " + broken.getMessage(), broken);
        }
    }
}
