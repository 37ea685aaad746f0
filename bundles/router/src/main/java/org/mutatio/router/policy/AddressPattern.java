package org.mutatio.router.policy;

import java.util.Locale;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;

/// `*@eu.example.com`, `sales@*`, `sales`, `*.example.com` behind the at sign; `*` is any run of characters.
///
/// A pattern without an at sign is a local part in any domain. Letters count alike in either case, and a domain is held
/// in A-labels, so both spellings of an international one match (RFC 5890 section 2.3.2.4).
record AddressPattern(String local, String domain) {

    /// @throws IllegalArgumentException a domain that is none
    static AddressPattern parse(String text) {
        String pattern = text.strip();
        int at = pattern.lastIndexOf('@');
        String local = (at < 0 ? pattern : pattern.substring(0, at)).toLowerCase(Locale.ROOT);
        String domain = at < 0 ? "*" : pattern.substring(at + 1);
        if (local.isEmpty() || domain.isEmpty()) {
            throw new IllegalArgumentException("not a pattern of addresses (example: *@eu.example.com): " + text);
        }
        if (domain.startsWith("*.") && domain.indexOf('*', 1) < 0) {
            domain = "*." + Domain.parse(domain.substring(2)).ascii();
        } else if (domain.indexOf('*') < 0) {
            domain = Domain.parse(domain).ascii();
        } else {
            domain = domain.toLowerCase(Locale.ROOT);
        }
        return new AddressPattern(local, domain);
    }

    /// @param address folded
    boolean matches(MailAddress address) {
        return glob(domain, address.domain().ascii()) && glob(local, address.localPart());
    }

    /// Whether every address that the other one matches is matched by this one. May say false where it is true.
    boolean covers(AddressPattern other) {
        return glob(domain, other.domain) && glob(local, other.local); // a star is matched by a star only
    }

    /// Linear but for the last star: patterns are short and ours.
    static boolean glob(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    @Override
    public String toString() {
        return local + "@" + domain;
    }
}
