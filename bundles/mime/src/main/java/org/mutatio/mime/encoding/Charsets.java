package org.mutatio.mime.encoding;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.mutatio.mime.OctetStrings;

/// Charsets by the names that mail uses; decoding never throws.
public final class Charsets {

    /// Names that are wrong or that the JDK lacks, to the superset that readers expect (as browsers do; WHATWG
    /// Encoding).
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("iso-8859-1", "windows-1252"),
            Map.entry("latin1", "windows-1252"),
            Map.entry("latin-1", "windows-1252"),
            Map.entry("iso8859-1", "windows-1252"),
            Map.entry("iso_8859-1", "windows-1252"),
            Map.entry("ascii", "us-ascii"),
            Map.entry("ansi_x3.4-1968", "us-ascii"),
            Map.entry("ansi", "windows-1252"),
            Map.entry("x-ansi", "windows-1252"),
            Map.entry("x-unknown", "windows-1252"),
            Map.entry("unknown-8bit", "windows-1252"),
            Map.entry("x-user-defined", "windows-1252"),
            Map.entry("8bit", "windows-1252"),
            Map.entry("iso-8859-9", "windows-1254"),
            Map.entry("iso-8859-11", "x-windows-874"),
            Map.entry("tis-620", "x-windows-874"),
            Map.entry("windows-874", "x-windows-874"),
            Map.entry("dos-874", "x-windows-874"),
            Map.entry("iso-8859-8-i", "iso-8859-8"),
            Map.entry("iso-8859-8-e", "iso-8859-8"),
            Map.entry("iso-8859-6-i", "iso-8859-6"),
            Map.entry("iso-8859-6-e", "iso-8859-6"),
            Map.entry("gb2312", "gb18030"),
            Map.entry("gb_2312-80", "gb18030"),
            Map.entry("gbk", "gb18030"),
            Map.entry("x-gbk", "gb18030"),
            Map.entry("cp936", "gb18030"),
            Map.entry("windows-936", "gb18030"),
            Map.entry("ks_c_5601-1987", "x-windows-949"),
            Map.entry("ks_c_5601-1989", "x-windows-949"),
            Map.entry("ksc5601", "x-windows-949"),
            Map.entry("ksc_5601", "x-windows-949"),
            Map.entry("euc-kr", "x-windows-949"),
            Map.entry("cp949", "x-windows-949"),
            Map.entry("windows-949", "x-windows-949"),
            Map.entry("shift_jis", "windows-31j"),
            Map.entry("shift-jis", "windows-31j"),
            Map.entry("sjis", "windows-31j"),
            Map.entry("x-sjis", "windows-31j"),
            Map.entry("cp932", "windows-31j"),
            Map.entry("iso-2022-jp", "iso-2022-jp"),
            Map.entry("cp-850", "ibm850"),
            Map.entry("utf8", "utf-8"),
            Map.entry("utf_8", "utf-8"),
            Map.entry("unicode-1-1-utf-8", "utf-8"),
            Map.entry("utf-8-sig", "utf-8"),
            Map.entry("x-mac-roman", "x-macroman"),
            Map.entry("macintosh", "x-macroman"),
            Map.entry("mac", "x-macroman"),
            Map.entry("x-mac-cyrillic", "x-maccyrillic"),
            Map.entry("x-mac-ce", "x-maccentraleurope"),
            Map.entry("big5-hkscs", "big5-hkscs"),
            Map.entry("koi8", "koi8-r"));

    private Charsets() {}

    /// By name, alias or a usual misspelling (`"UTF8"`, `cp-1252`, `windows1252`, `iso8859_1`); UTF-7 for
    /// reading.
    ///
    /// @return empty when unknown
    public static Optional<Charset> find(String name) {
        String plain = OctetStrings.lower(OctetStrings.trim(name));
        plain = strip(plain);
        if (plain.isEmpty() || plain.length() > 64 || !OctetStrings.isAscii(plain)) {
            return Optional.empty();
        }
        if (plain.equals("utf-7")
                || plain.equals("utf7")
                || plain.equals("unicode-1-1-utf-7")
                || plain.equals("x-utf-7")) {
            return Optional.of(Utf7.CHARSET);
        }
        String known = ALIASES.get(plain);
        if (known != null) {
            return lookUp(known);
        }
        Optional<Charset> found = lookUp(plain);
        if (found.isPresent()) {
            return found;
        }
        String digits = plain.replaceFirst("^(?:x-)?(?:cp|windows|win|ibm|ms|x-cp)[-_]?(?=\\d{3,5}$)", "");
        if (!digits.equals(plain)) {
            return lookUp("windows-" + digits).or(() -> lookUp("ibm" + digits)).or(() -> lookUp("cp" + digits));
        }
        if (plain.startsWith("iso8859") || plain.startsWith("iso-8859") || plain.startsWith("iso_8859")) {
            String number = plain.replaceFirst("^iso[-_]?8859[-_]?", "");
            int end = 0;
            while (end < number.length() && Character.isDigit(number.charAt(end))) {
                end++;
            }
            return end == 0 ? Optional.empty() : find8859(number.substring(0, end));
        }
        return Optional.empty();
    }

    private static Optional<Charset> find8859(String number) {
        String name = "iso-8859-" + number;
        String known = ALIASES.get(name);
        return lookUp(known == null ? name : known);
    }

    private static String strip(String name) {
        String plain = name;
        if (plain.length() > 1 && (plain.startsWith("\"") || plain.startsWith("'"))) {
            plain = plain.substring(1);
        }
        int end = 0;
        while (end < plain.length()
                && "\"'; \t/*".indexOf(plain.charAt(end)) < 0) { // `*` begins a language, RFC 2231 section 5
            end++;
        }
        return plain.substring(0, end);
    }

    private static Optional<Charset> lookUp(String name) {
        return isName(name) && Charset.isSupported(name) ? Optional.of(Charset.forName(name)) : Optional.empty();
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean alphanumeric = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (!alphanumeric && (i == 0 || "-+.:_".indexOf(c) < 0)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /// With U+FFFD for what is no character.
    public static String decode(byte[] octets, Charset charset) {
        if (charset.equals(StandardCharsets.US_ASCII)) {
            return OctetStrings.text(octets); // 8-bit octets under that name are mostly UTF-8 or windows-1252
        }
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE)
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException
                | UnsupportedOperationException _) { // REPLACE does not report; some cannot decode
            return new String(octets, StandardCharsets.ISO_8859_1);
        }
    }

    /// The text of a body or word: in the named charset; unnamed or unknown: UTF-8 where valid, else windows-1252.
    /// 8-bit octets under `us-ascii` are read by that fallback too.
    public static String decodeNamed(byte[] octets, String charsetName) {
        Optional<Charset> charset = find(charsetName);
        return charset.isPresent() ? decode(octets, charset.get()) : OctetStrings.text(octets);
    }

    /// Without the octets of a UTF-8 character that was cut off at the end; anything else as it is.
    public static byte[] withoutCutCharacter(byte[] octets) {
        int at = octets.length - 1;
        int back = 0;
        while (at >= 0 && back < 3 && (octets[at] & 0xC0) == 0x80) {
            at--;
            back++;
        }
        if (at < 0) {
            return octets;
        }
        int lead = octets[at] & 0xFF;
        int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
        return length > back + 1 ? Arrays.copyOf(octets, at) : octets;
    }

    /// Do these octets look like anything but text in some charset? A NUL outside of a UTF-16 or UTF-32 text with
    /// mark, or many control characters.
    public static boolean isBinary(byte[] octets, int length) {
        if (length >= 2
                && (octets[0] == (byte) 0xFE && octets[1] == (byte) 0xFF
                        || octets[0] == (byte) 0xFF && octets[1] == (byte) 0xFE)) {
            return false;
        }
        int controls = 0;
        for (int i = 0; i < length; i++) {
            int c = octets[i] & 0xFF;
            if (c == 0) {
                return true;
            }
            if (c < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1B) { // ESC: ISO-2022
                controls++;
            }
        }
        return controls * 20 > length;
    }
}
