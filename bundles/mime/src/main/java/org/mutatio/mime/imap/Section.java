package org.mutatio.mime.imap;

import java.util.Optional;
import org.mutatio.mime.structure.Part;
import org.mutatio.mime.structure.Summary;

/// What stands in `BODY[...]`; RFC 9051 section 6.4.5.1. HEADER.FIELDS is a [Text#HEADER] through
/// [HeaderFilter].
///
/// @param part `1.2`, or empty for the message itself
public record Section(String part, Text text) {

    public enum Text {
        /// No word: the part's body, or the whole message.
        ALL,
        /// The header block of a message: the outermost, or one enclosed as message/rfc822.
        HEADER,
        /// The body of such a message.
        TEXT,
        /// The part's own header block.
        MIME
    }

    /// Octets from `start` to `end`.
    public record Range(long start, long end) {
        public long length() {
            return end - start;
        }
    }

    /// Where its octets are.
    ///
    /// @return empty when the message has no such section: an empty string or NIL to the client, as the
    /// item wants it
    public Optional<Range> range(Summary summary) {
        if (part.isEmpty()) {
            Part root = summary.root();
            return switch (text) {
                case ALL -> Optional.of(new Range(0, summary.size()));
                case HEADER -> Optional.of(header(root));
                case TEXT -> Optional.of(new Range(root.bodyStart(), summary.size()));
                case MIME -> Optional.empty(); // the grammar wants a part number before it
            };
        }
        Optional<Part> found = summary.part(part);
        return switch (text) {
            case ALL -> found.map(Section::body);
            case MIME -> found.map(Section::header);
            case HEADER -> found.flatMap(Part::message).map(Section::header);
            case TEXT -> found.flatMap(Part::message).map(Section::body);
        };
    }

    private static Range header(Part part) {
        return new Range(part.headerStart(), part.bodyStart());
    }

    private static Range body(Part part) {
        return new Range(part.bodyStart(), part.bodyEnd());
    }
}
