package org.mutatio.api.store;

import java.util.Optional;

/// Roles of mailboxes, RFC 6154; INBOX has none.
public enum SpecialUse {
    DRAFTS("\\Drafts", "Drafts"),
    SENT("\\Sent", "Sent"),
    JUNK("\\Junk", "Junk"),
    TRASH("\\Trash", "Trash"),
    ARCHIVE("\\Archive", "Archive"),
    ALL("\\All", "All"),
    FLAGGED("\\Flagged", "Flagged");

    private final String attribute;
    private final String mailbox;

    SpecialUse(String attribute, String mailbox) {
        this.attribute = attribute;
        this.mailbox = mailbox;
    }

    public String attribute() {
        return attribute;
    }

    /// The name it gets when it is made with the account.
    public String mailbox() {
        return mailbox;
    }

    public static Optional<SpecialUse> of(String attribute) {
        for (SpecialUse use : values()) {
            if (use.attribute.equalsIgnoreCase(attribute)) {
                return Optional.of(use);
            }
        }
        return Optional.empty();
    }
}
