package org.mutatio.mime.header;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.OctetStrings;

/// Reads From, To and the like (RFC 5322 section 3.4, obsolete forms of section 4.4, groups of RFC 6854, UTF-8 of RFC
/// 6532).
///
/// Never throws, reads each octet a bounded number of times, takes at most [#MAX] addresses. What is no address
/// becomes a mailbox as far as it can be made out: `john` has no domain, `John Smith` alone is a name without address
/// (empty local part).
public final class AddressList {
    public static final int MAX = 100_000;

    private final String text;
    private final int most;
    private int at;
    private int count;
    private @Nullable String comment; // the last one read
    private final StringBuilder words = new StringBuilder(); // as a phrase: with one blank between
    private final StringBuilder local = new StringBuilder(); // as a local part: the last words joined by dots
    private final StringBuilder inner = new StringBuilder(); // a domain

    private AddressList(String text, int most) {
        this.text = text;
        this.most = most;
    }

    /// @param value an unfolded field value, an octet string
    public static List<Address> parse(String value) {
        return new AddressList(value, MAX).list();
    }

    /// All mailboxes, groups resolved.
    public static List<Address.Mailbox> mailboxes(String value) {
        return mailboxes(value, MAX);
    }

    /// The first mailboxes, groups resolved.
    public static List<Address.Mailbox> mailboxes(String value, int most) {
        var mailboxes = new ArrayList<Address.Mailbox>();
        for (Address address : new AddressList(value, most).list()) {
            switch (address) {
                case Address.Mailbox mailbox -> mailboxes.add(mailbox);
                case Address.Group group -> mailboxes.addAll(group.members());
            }
        }
        return mailboxes;
    }

    private List<Address> list() {
        var addresses = new ArrayList<Address>();
        var members = new ArrayList<Address.Mailbox>();
        String group = null; // the open one
        while (count < most) {
            comment = null;
            skip();
            if (at >= text.length()) {
                break;
            }
            char c = text.charAt(at);
            if (c == ',') {
                at++;
                continue;
            }
            if (c == ';') {
                at++;
                if (group != null) {
                    addresses.add(new Address.Group(group, members));
                    members.clear();
                    group = null;
                }
                continue;
            }
            Entry entry = entry(group == null);
            count++;
            if (entry.groupName != null) {
                group = entry.groupName;
            } else if (entry.mailbox != null && group != null) {
                members.add(entry.mailbox);
            } else if (entry.mailbox != null) {
                addresses.add(entry.mailbox);
            }
        }
        if (group != null) { // `;` is forgotten often
            addresses.add(new Address.Group(group, members));
        }
        return addresses;
    }

    private record Entry(@Nullable String groupName, Address.@Nullable Mailbox mailbox) {}

    /// A mailbox, or the beginning of a group up to its colon.
    private Entry entry(boolean groupsAllowed) {
        words.setLength(0);
        local.setLength(0);
        int nameEnd = 0; // of the words before these
        boolean any = false;
        while (true) {
            boolean blanks = skip() && any;
            if (at >= text.length()) {
                break;
            }
            char c = text.charAt(at);
            if (c == ',' || c == ';') {
                break;
            }
            if (c == '<') {
                return new Entry(null, angle(any ? words.toString() : null));
            }
            if (c == '@') {
                at++;
                String domain = domain();
                skip();
                if (at < text.length() && text.charAt(at) == '<') { // a@b <a@b>: the first is meant as a name
                    return new Entry(null, angle(words + "@" + domain));
                }
                skipRest();
                String name = nameEnd > 0 ? words.substring(0, nameEnd) : comment;
                return new Entry(null, new Address.Mailbox(name, null, local.toString(), domain));
            }
            if (c == ':') {
                at++;
                if (groupsAllowed) {
                    return new Entry(words.toString(), null);
                }
                continue; // `mailto:` and the like inside of a group
            }
            String word = word();
            if (blanks && !word.startsWith(".") && !endsWithDot(local)) { // `Big Bug bb@bug.test`
                nameEnd = words.length();
                local.setLength(0);
            }
            if (blanks && !words.isEmpty()) {
                words.append(' ');
            }
            words.append(word);
            local.append(word);
            any = true;
        }
        if (!any) {
            return new Entry(null, null);
        }
        String only = words.toString();
        if (only.indexOf(' ') >= 0) { // a name without an address
            return new Entry(null, new Address.Mailbox(only, null, "", ""));
        }
        return new Entry(null, new Address.Mailbox(comment, null, local.toString(), ""));
    }

    private static boolean endsWithDot(StringBuilder text) {
        return !text.isEmpty() && text.charAt(text.length() - 1) == '.';
    }

    /// A quoted string, an atom, or one odd character.
    private String word() {
        char c = text.charAt(at);
        if (c == '"') {
            int close = Scan.closeQuote(text, at);
            String quoted = Scan.unescape(text.substring(at + 1, close));
            at = Math.min(text.length(), close + 1);
            return quoted;
        }
        int from = at;
        at++;
        while (at < text.length() && "()<>:;@,\"\t\r\n ".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String atom = text.substring(from, at);
        return atom.indexOf('\\') < 0 ? atom : Scan.unescape(atom);
    }

    /// `<@route:local@domain>`; what is forgotten is empty.
    private Address.Mailbox angle(@Nullable String name) {
        at++;
        skip();
        String route = null;
        if (at < text.length() && text.charAt(at) == '@') {
            int colon = at;
            // not beyond the next `<`: with many of them the time would grow with the square
            while (colon < text.length() && ":><".indexOf(text.charAt(colon)) < 0) {
                colon++;
            }
            if (colon < text.length() && text.charAt(colon) == ':') {
                route = route(text.substring(at, colon));
                at = colon + 1;
            }
        }
        var inAngle = new StringBuilder();
        String domain = "";
        while (true) {
            boolean blanks = skip();
            if (at >= text.length()) {
                break;
            }
            char c = text.charAt(at);
            if (c == '>') {
                break;
            }
            if (c == '@') {
                at++;
                domain = domain();
                break;
            }
            if (c == ',' || c == ';') { // the `>` is missing
                break;
            }
            if (c == '<' || c == ')') {
                at++;
                continue;
            }
            if (c == ':') { // `<mailto:...>` of list headers
                inAngle.append(c);
                at++;
                continue;
            }
            String word = word();
            if (blanks && !inAngle.isEmpty() && !word.startsWith(".") && !endsWithDot(inAngle)) {
                inAngle.append(' '); // `<Undisclosed Recipients>`
            }
            inAngle.append(word);
        }
        while (at < text.length() && text.charAt(at) != '>' && text.charAt(at) != ',') {
            at = text.charAt(at) == '(' ? Scan.closeComment(text, at) : at + 1;
        }
        if (at < text.length() && text.charAt(at) == '>') {
            at++;
        }
        skipRest();
        return new Address.Mailbox(name == null || name.isEmpty() ? comment : name, route, inAngle.toString(), domain);
    }

    /// A dotted name with blanks around its dots allowed (RFC 5322 section 4.4), or a literal in brackets.
    private String domain() {
        skip();
        if (at < text.length() && text.charAt(at) == '[') {
            int from = at;
            while (at < text.length() && text.charAt(at) != ']' && text.charAt(at) != '>') {
                at += text.charAt(at) == '\\' ? 2 : 1;
            }
            at = Math.min(at, text.length());
            if (at < text.length() && text.charAt(at) == ']') {
                at++;
            }
            return withoutBlanks(text.substring(from, at));
        }
        StringBuilder domain = inner;
        domain.setLength(0);
        while (at < text.length()) {
            int from = at;
            while (at < text.length() && "()<>:;@,\"[] \t\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            domain.append(text, from, at);
            int stopped = at;
            skip();
            boolean dotFollows = at < text.length() && text.charAt(at) == '.';
            boolean dotBefore = !domain.isEmpty() && domain.charAt(domain.length() - 1) == '.';
            if (at == from || stopped == at || !dotFollows && !dotBefore) {
                break;
            }
        }
        return domain.toString();
    }

    /// To the next comma or semicolon: behind an address only comments are expected.
    private void skipRest() {
        while (at < text.length()) {
            skip();
            if (at >= text.length() || text.charAt(at) == ',' || text.charAt(at) == ';') {
                return;
            }
            if (text.charAt(at) == '"') {
                at = Math.min(text.length(), Scan.closeQuote(text, at) + 1);
            } else {
                at++;
            }
        }
    }

    /// Skips blanks and comments, remembering the comment.
    ///
    /// @return whether there were any
    private boolean skip() {
        int from = at;
        at = Scan.skipBlanks(text, at);
        while (at < text.length() && text.charAt(at) == '(') {
            int close = Scan.closeComment(text, at);
            int inner = close > at + 1 && text.charAt(close - 1) == ')' ? close - 1 : close;
            comment = OctetStrings.trim(Scan.unescape(text.substring(at + 1, Math.max(at + 1, inner))));
            if (comment.isEmpty()) {
                comment = null;
            }
            at = Scan.skipBlanks(text, close);
        }
        return at > from;
    }

    /// `@a,@b`, commas added where they are forgotten.
    private static String route(String text) {
        String plain = withoutBlanks(text);
        var route = new StringBuilder(plain.length());
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            char before = route.isEmpty() ? ',' : route.charAt(route.length() - 1);
            if (c == '@' && before != ',') {
                route.append(',');
            }
            if (c != ',' || before != ',') {
                route.append(c);
            }
        }
        return route.toString();
    }

    private static String withoutBlanks(String text) {
        var plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (!OctetStrings.isBlank(text.charAt(i))) {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }
}
