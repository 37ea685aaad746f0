package org.mutatio.sdk.reply;

/// Enhanced mail system status code; RFC 3463: class.subject.detail.
///
/// @param kind 2 success, 4 persistent transient failure, 5 permanent failure
/// @param subject 0 to 999
/// @param detail 0 to 999
public record EnhancedStatus(int kind, int subject, int detail) {

    public EnhancedStatus {
        if (kind != 2 && kind != 4 && kind != 5) {
            throw new IllegalArgumentException("class of an enhanced status is 2, 4 or 5, not " + kind);
        }
        if (subject < 0 || subject > 999 || detail < 0 || detail > 999) {
            throw new IllegalArgumentException("subject and detail go from 0 to 999: " + subject + "." + detail);
        }
    }

    /// Reads `5.7.1`.
    ///
    /// @throws IllegalArgumentException when it is not three numbers of that form
    public static EnhancedStatus parse(String text) {
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (first < 1 || second < first + 2) {
            throw new IllegalArgumentException("not an enhanced status (example: 5.7.1): " + text);
        }
        return new EnhancedStatus(
                Integer.parseInt(text.substring(0, first)),
                Integer.parseInt(text.substring(first + 1, second)),
                Integer.parseInt(text.substring(second + 1)));
    }

    /// Whether a reply with this code may carry it: the first digits agree; RFC 2034 section 4.
    public boolean agreesWith(int code) {
        return code / 100 == kind;
    }

    @Override
    public String toString() {
        return kind + "." + subject + "." + detail;
    }
}
