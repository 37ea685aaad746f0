package org.mutatio.mime.header;

import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/// Writes header fields that are right whatever text goes in: ASCII only, folded at 78 octets where there is a blank,
/// never above 998 (RFC 5322 section 2.1.1), and never one field more than was asked for: a CR, LF or NUL is refused.
///
/// All methods return the whole field as an octet string with its CR LF.
public final class FieldWriter {
    private static final int FOLD = 78;
    private static final int MAX_LINE = 998;

    private FieldWriter() {}

    /// Free text such as Subject; encoded words (RFC 2047) where it needs them.
    ///
    /// @throws IllegalArgumentException the name is no field name, or the text has CR, LF or NUL
    public static String text(String name, String text) {
        check(name, text);
        boolean long998 = longestWord(text) > MAX_LINE - name.length() - 3;
        return fold(name, long998 ? EncodedWords.encodeAlways(text) : EncodedWords.encode(text));
    }

    /// A value that is written as it should stand already: structured fields, values moved from another message.
    /// Octets above ASCII are kept (RFC 6532).
    ///
    /// @param value an octet string without CR, LF and NUL; for Java text [OctetStrings#ofText] comes first
    /// @throws IllegalArgumentException the name is no field name, or the value has CR, LF or NUL, or no
    /// blank for 998 octets
    public static String value(String name, String value) {
        check(name, value);
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xFF) {
                throw new IllegalArgumentException("field " + name + " is no octet string at " + i);
            }
        }
        if (longestWord(value) > MAX_LINE - name.length() - 3) {
            throw new IllegalArgumentException(
                    "field " + name + " cannot be folded to 998 octets a line (RFC 5322 section 2.1.1)");
        }
        return fold(name, value);
    }

    public static String date(String name, OffsetDateTime date) {
        return value(name, MailDate.format(date));
    }

    /// `Name: "A, b" <a@b.example>, ...`; names are text, encoded where needed.
    ///
    /// @throws IllegalArgumentException as for [#value]; local part or domain have blanks, controls or angle
    /// brackets
    public static String addresses(String name, List<Address> addresses) {
        var list = new StringBuilder();
        for (Address address : addresses) {
            if (!list.isEmpty()) {
                list.append(", ");
            }
            switch (address) {
                case Address.Mailbox mailbox -> append(list, mailbox);
                case Address.Group group -> {
                    list.append(phrase(EncodedWords.decode(group.groupName()))).append(':');
                    char before = ' ';
                    for (Address.Mailbox member : group.members()) {
                        list.append(before == ' ' ? " " : ", ");
                        append(list, member);
                        before = ',';
                    }
                    list.append(';');
                }
            }
        }
        return value(name, list.toString());
    }

    private static void append(StringBuilder list, Address.Mailbox mailbox) {
        String domain = mailbox.domain();
        for (int i = 0; i < domain.length(); i++) {
            char c = domain.charAt(i);
            if (c <= ' ' || c == 0x7F || "<>(),;@\"\\".indexOf(c) >= 0) {
                throw new IllegalArgumentException("domain cannot be written: " + domain);
            }
        }
        String address = mailbox.address();
        if (mailbox.displayName().isPresent() && !mailbox.displayName().get().isEmpty()) {
            list.append(phrase(mailbox.displayName().get()))
                    .append(" <")
                    .append(address)
                    .append('>');
        } else {
            list.append(address);
        }
    }

    /// A display name: atoms as they are, else quoted, else encoded words (RFC 5322 section 3.2.5, RFC 2047 section
    /// 5).
    public static String phrase(String text) {
        if (!Tokens.isPrintable(text) || text.contains("=?")) {
            return EncodedWords.encodeAlways(text);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Tokens.isAtomChar(c) && c != ' ') {
                return Tokens.quote(text);
            }
        }
        return text.isBlank() || text.startsWith(" ") || text.endsWith(" ") ? Tokens.quote(text) : text;
    }

    /// `Content-Type: text/plain; charset=utf-8` and `Content-Disposition: attachment; filename="..."`; parameters in
    /// RFC 2231 form where needed.
    ///
    /// @throws IllegalArgumentException as for [#value]; a parameter's name is no token
    public static String parameterised(String name, String value, Map<String, String> parameters) {
        var line = new StringBuilder(value);
        for (var parameter : parameters.entrySet()) {
            check(name, parameter.getValue());
            line.append(ExtendedValue.encode(parameter.getKey(), parameter.getValue()));
        }
        return value(name, line.toString());
    }

    private static void check(String name, String text) {
        if (name.isEmpty() || name.length() > FOLD) {
            throw new IllegalArgumentException("a field name has 1 to 78 characters: " + name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c <= ' ' || c > '~' || c == ':') { // RFC 5322 section 2.2
                throw new IllegalArgumentException("no field name (RFC 5322 section 2.2), character " + (i + 1));
            }
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n' || c == 0) {
                throw new IllegalArgumentException("field " + name + " has a CR, LF or NUL at " + i);
            }
        }
    }

    /// With the blanks before it: only before those a line may be broken.
    private static int longestWord(String text) {
        int longest = 0;
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || i > 0 && isBlank(text.charAt(i)) && !isBlank(text.charAt(i - 1))) {
                longest = Math.max(longest, i - from);
                from = i;
            }
        }
        return longest;
    }

    /// Breaks before blanks, so that unfolding gives the same text; never leaves a line of blanks only.
    private static String fold(String name, String value) {
        String line = name + ": " + value;
        if (line.length() <= FOLD) {
            return line + "\r\n";
        }
        var folded = new StringBuilder(line.length() + 32);
        int lineFrom = 0;
        int breakAt = -1;
        int lastInk = line.length() - 1;
        while (lastInk > 0 && isBlank(line.charAt(lastInk))) {
            lastInk--;
        }
        for (int i = name.length() + 2; i < line.length(); i++) {
            boolean beforeBlank = isBlank(line.charAt(i)) && !isBlank(line.charAt(i - 1)) && i < lastInk;
            if (beforeBlank) {
                if (i - lineFrom > FOLD && breakAt > lineFrom) {
                    folded.append(line, lineFrom, breakAt).append("\r\n");
                    lineFrom = breakAt;
                }
                breakAt = i;
            }
        }
        if (line.length() - lineFrom > FOLD && breakAt > lineFrom) {
            folded.append(line, lineFrom, breakAt).append("\r\n");
            lineFrom = breakAt;
        }
        return folded.append(line, lineFrom, line.length()).append("\r\n").toString();
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /// The octets of fields that were written here.
    public static byte[] octets(String fields) {
        return fields.getBytes(StandardCharsets.ISO_8859_1);
    }
}
