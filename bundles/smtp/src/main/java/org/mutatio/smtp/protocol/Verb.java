package org.mutatio.smtp.protocol;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The verbs that are dispatched; RFC 5321 section 4.1.1 and the extensions'. Whatever else comes is [#XBAD].
public enum Verb {
    HELO,
    EHLO,
    LHLO,
    MAIL,
    RCPT,
    DATA,
    BDAT,
    RSET,
    NOOP,
    QUIT,
    HELP,
    VRFY,
    EXPN,
    ETRN,
    TURN,
    STARTTLS,
    AUTH,
    XCLIENT,
    /// Ours alone, for lines that are no command; a client that says it gets what every unknown verb gets.
    XBAD;

    private static final Map<String, Verb> BY_NAME =
            Stream.of(values()).filter(verb -> verb != XBAD).collect(Collectors.toMap(Verb::name, Function.identity()));

    /// The verb a line begins with, in any case, up to a blank or the end; [#XBAD] when it is none of ours.
    public static Verb of(String line) {
        int end = 0;
        while (end < line.length() && line.charAt(end) != ' ' && line.charAt(end) != '\t') {
            end++;
        }
        // The longest verb has 8 letters: nothing longer is looked up.
        @Nullable Verb known = end > 8 ? null : BY_NAME.get(Ascii.upper(line.substring(0, end)));
        return known == null ? XBAD : known;
    }
}
