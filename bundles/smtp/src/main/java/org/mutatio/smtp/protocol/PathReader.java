package org.mutatio.smtp.protocol;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import org.mutatio.sdk.mail.MailAddress;

/// Finds the path in `<...>`, and reads the mailbox in it; RFC 5321 section 4.1.2, RFC 6531 section 3.3.
///
/// What the address means (a percent hack, a bang path, a foreign domain) is not decided here but by the router.
final class PathReader {
    /// With the brackets; RFC 5321 section 4.5.3.1.3.
    private static final int LONGEST_PATH = 256;

    private final String line;
    private final String status;
    private int at;

    /// @param status of a path that cannot be read: 5.1.7 for a sender, 5.1.3 for a recipient
    PathReader(String line, int at, String status) {
        this.line = line;
        this.at = at;
        this.status = status;
    }

    /// Reads from `<` to `>`; [#end] is behind it then.
    ///
    /// @return what is between them, without a source route; empty for `<>`
    String path() throws Refusal {
        if (at >= line.length() || line.charAt(at) != '<') {
            throw refusal("an address stands in angle brackets: <name@example.com>");
        }
        int begin = ++at;
        boolean quoted = false;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == '\\' && quoted) {
                at++;
                if (at < line.length() && line.charAt(at) > 126) {
                    throw refusal("only ASCII is quoted with a backslash"); // RFC 6531 section 3.3 extends qtext alone
                }
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '>' && !quoted) {
                String path = line.substring(begin, at++);
                if (path.getBytes(StandardCharsets.UTF_8).length + 2 > LONGEST_PATH) {
                    throw refusal("path longer than 256 octets");
                }
                return withoutRoute(path);
            }
            at++;
        }
        throw refusal("no closing angle bracket");
    }

    /// Where reading goes on.
    int end() {
        return at;
    }

    /// `@a.example,@b.example:ann@example.com`: the route is read, checked and ignored; RFC 5321 section 4.1.1.3,
    /// appendix C.
    private String withoutRoute(String path) throws Refusal {
        if (!path.startsWith("@")) {
            return path;
        }
        int colon = path.indexOf(':');
        // A colon within an address literal ends no route.
        while (colon >= 0 && path.lastIndexOf('[', colon) > path.lastIndexOf(']', colon)) {
            colon = path.indexOf(':', colon + 1);
        }
        if (colon < 0) {
            throw refusal("a source route ends with a colon");
        }
        int from = 0;
        while (from < colon) {
            int comma = path.indexOf(',', from);
            int until = comma < 0 || comma > colon ? colon : comma;
            if (path.charAt(from) != '@' || until == from + 1) {
                throw refusal("malformed source route");
            }
            // A domain like any other: the local part is only there to be parsed with it.
            address("x" + path.substring(from, until));
            from = until + 1;
        }
        if (from != colon + 1) {
            throw refusal("malformed source route");
        }
        return path.substring(colon + 1);
    }

    /// Reads a mailbox, stricter than [MailAddress#parse] where that must be lenient for settings.
    MailAddress address(String mailbox) throws Refusal {
        MailAddress address;
        try {
            address = MailAddress.parse(mailbox);
        } catch (IllegalArgumentException e) {
            throw refusal(printable(String.valueOf(e.getMessage())));
        }
        String domain = address.domain().ascii();
        if (address.domain().literal()) {
            if (!literal(domain.substring(1, domain.length() - 1))) {
                throw refusal("malformed address literal");
            }
        } else if (mailbox.endsWith(".")) {
            throw refusal("a domain has no dot at its end");
        }
        return address;
    }

    /// `192.0.2.7`, `IPv6:2001:db8::7`; RFC 5321 section 4.1.3. Other tags are registered nowhere.
    static boolean literal(String content) {
        try {
            if (Ascii.at(content, 0, "IPV6:")) {
                String text = content.substring(5);
                return text.indexOf('%') < 0 && text.indexOf('[') < 0 && Inet6Address.ofLiteral(text) != null;
            }
            // Four numbers: the JDK takes fewer, too.
            return content.chars().filter(c -> c == '.').count() == 3
                    && content.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9')
                    && Inet4Address.ofLiteral(content) != null;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private Refusal refusal(String text) {
        return new Refusal(501, status, text);
    }

    private static String printable(String text) {
        int most = Math.min(text.length(), 200);
        StringBuilder safe = new StringBuilder(most);
        for (int i = 0; i < most; i++) {
            char c = text.charAt(i);
            safe.append(c >= ' ' && c < 127 ? c : '?');
        }
        return safe.toString();
    }
}
