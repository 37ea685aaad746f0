package org.mutatio.smtp.protocol;

import java.util.Locale;

/// What a listener is for.
public enum Role {
    /// Mail from other servers; RFC 5321.
    MX,
    /// Mail from our own users; RFC 6409.
    SUBMISSION,
    /// Mail from a neighbour that keeps the queue; RFC 2033.
    LMTP;

    /// @throws IllegalArgumentException names the roles there are
    public static Role of(String text) {
        for (Role role : values()) {
            if (role.word().equals(text)) {
                return role;
            }
        }
        throw new IllegalArgumentException("role = \"" + text + "\": must be \"mx\", \"submission\" or \"lmtp\"");
    }

    /// As in settings and traces: `mx`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
