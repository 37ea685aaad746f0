package org.mutatio.imap.protocol;

/// A tagged or untagged status response; RFC 9051 section 7.1.
///
/// @param code response code without brackets, `NONEXISTENT`; empty for none
/// @param text for people; names nothing of ours
public record Answer(Condition condition, String code, String text) {

    public enum Condition {
        OK,
        NO,
        BAD,
        BYE
    }

    public static Answer ok(String text) {
        return new Answer(Condition.OK, "", text);
    }

    public static Answer ok(String code, String text) {
        return new Answer(Condition.OK, code, text);
    }

    public static Answer no(String code, String text) {
        return new Answer(Condition.NO, code, text);
    }

    public static Answer bad(String text) {
        return new Answer(Condition.BAD, "", text);
    }

    public static Answer bad(String code, String text) {
        return new Answer(Condition.BAD, code, text);
    }

    public static Answer bye(String code, String text) {
        return new Answer(Condition.BYE, code, text);
    }

    /// `NO [NONEXISTENT] no such mailbox`, in ASCII.
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(condition.name()).append(' ');
        if (!code.isEmpty()) {
            line.append('[').append(code).append("] ");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(c < ' ' || c > '~' ? '?' : c);
        }
        return line.toString();
    }
}
