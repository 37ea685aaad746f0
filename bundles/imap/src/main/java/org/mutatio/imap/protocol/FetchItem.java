package org.mutatio.imap.protocol;

import java.util.List;
import java.util.Optional;

/// One thing that FETCH asks of a message; RFC 9051 section 6.4.5.
public sealed interface FetchItem {

    /// Those without arguments.
    enum Plain implements FetchItem {
        FLAGS,
        UID,
        INTERNALDATE,
        RFC822_SIZE,
        ENVELOPE,
        BODY,
        BODYSTRUCTURE,
        MODSEQ,
        RFC822,
        RFC822_HEADER,
        RFC822_TEXT
    }

    enum Text {
        /// No word: the part's body, or the whole message.
        ALL,
        HEADER,
        TEXT,
        MIME,
        FIELDS,
        FIELDS_NOT
    }

    /// `<origin.length>`
    record Partial(long origin, long length) {}

    /// `BODY[...]<...>`
    ///
    /// @param part `1.2`; empty for the message
    /// @param names of HEADER.FIELDS, as written
    record Body(boolean peek, String part, Text text, List<String> names, Optional<Partial> partial)
            implements FetchItem {

        /// What stands in brackets, in capitals apart from the names.
        public String section() {
            StringBuilder section = new StringBuilder(part);
            if (text != Text.ALL) {
                section.append(part.isEmpty() ? "" : ".");
            }
            switch (text) {
                case ALL -> {}
                case HEADER, TEXT, MIME -> section.append(text.name());
                case FIELDS, FIELDS_NOT -> {
                    section.append(text == Text.FIELDS ? "HEADER.FIELDS (" : "HEADER.FIELDS.NOT (");
                    String separator = "";
                    for (String name : names) {
                        section.append(separator).append(quotedWhenNeeded(name));
                        separator = " ";
                    }
                    section.append(')');
                }
            }
            return section.toString();
        }

        private static String quotedWhenNeeded(String name) {
            boolean atom = !name.isEmpty();
            for (int i = 0; i < name.length(); i++) {
                atom &= Lexer.astringChar(name.charAt(i));
            }
            return atom ? name : '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }
    }

    /// `BINARY[...]<...>`; RFC 9051 section 6.4.5.
    record Binary(boolean peek, String part, Optional<Partial> partial) implements FetchItem {}

    record BinarySize(String part) implements FetchItem {}
}
