package org.mutatio.mime.structure;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.header.Parameter;
import org.mutatio.mime.header.Parameters;

/// One node of the tree, by offsets into the message's octets; immutable.
///
/// Strings from header fields are octet strings, unfolded and trimmed, not decoded: that is what IMAP sends. For
/// people use [Parameters#text] and [org.mutatio.mime.header.EncodedWords].
public final class Part {

    /// What hangs below a part.
    public enum Kind {
        /// Nothing: text, attachments, broken and too deep things.
        LEAF(0),
        /// At least one child.
        MULTIPART(1),
        /// message/rfc822 or message/global: exactly one child, the root of the enclosed message.
        MESSAGE(2);

        /// The octet in the stored form.
        final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    final Kind kind;
    final long headerStart;
    final long bodyStart;
    final long bodyEnd;
    final long headerLines;
    final long bodyLines;
    final String type;
    final String subtype;
    final Parameters parameters;
    final @Nullable String id;
    final @Nullable String description;
    final @Nullable String encoding;
    final @Nullable String disposition;
    final Parameters dispositionParameters;
    final @Nullable String language;
    final @Nullable String location;
    final @Nullable String md5;
    final List<KeptField> fields;
    final List<Part> children;

    Part(
            Kind kind,
            long headerStart,
            long bodyStart,
            long bodyEnd,
            long headerLines,
            long bodyLines,
            String type,
            String subtype,
            Parameters parameters,
            @Nullable String id,
            @Nullable String description,
            @Nullable String encoding,
            @Nullable String disposition,
            Parameters dispositionParameters,
            @Nullable String language,
            @Nullable String location,
            @Nullable String md5,
            List<KeptField> fields,
            List<Part> children) {
        this.kind = kind;
        this.headerStart = headerStart;
        this.bodyStart = bodyStart;
        this.bodyEnd = bodyEnd;
        this.headerLines = headerLines;
        this.bodyLines = bodyLines;
        this.type = type;
        this.subtype = subtype;
        this.parameters = parameters;
        this.id = id;
        this.description = description;
        this.encoding = encoding;
        this.disposition = disposition;
        this.dispositionParameters = dispositionParameters;
        this.language = language;
        this.location = location;
        this.md5 = md5;
        this.fields = fields;
        this.children = children;
    }

    public Kind kind() {
        return kind;
    }

    /// Where the header block begins; it ends, blank line included, at [#bodyStart].
    public long headerStart() {
        return headerStart;
    }

    public long bodyStart() {
        return bodyStart;
    }

    /// Behind the last octet of the body; the line end before a boundary belongs to the boundary (RFC 2046 section
    /// 5.1.1).
    public long bodyEnd() {
        return bodyEnd;
    }

    /// Octets of the body as transferred.
    public long bodySize() {
        return bodyEnd - bodyStart;
    }

    /// Line ends in the header block, the blank line included.
    public long headerLines() {
        return headerLines;
    }

    /// Line ends in the body, as IMAP counts them (RFC 9051 section 7.5.2, body-fld-lines).
    public long bodyLines() {
        return bodyLines;
    }

    /// As written (`Text`), `text` when absent or unreadable; RFC 2045 section 5.2.
    public String type() {
        return type;
    }

    /// As written, `plain` when absent or unreadable.
    public String subtype() {
        return subtype;
    }

    /// `text/plain`, in lower case.
    public String mediaType() {
        return OctetStrings.lower(type) + '/' + OctetStrings.lower(subtype);
    }

    public boolean is(String ofType) {
        return OctetStrings.equalsIgnoreCase(type, ofType);
    }

    public boolean is(String ofType, String ofSubtype) {
        return is(ofType) && OctetStrings.equalsIgnoreCase(subtype, ofSubtype);
    }

    /// Of Content-Type, as written, in order; continuations (RFC 2231 section 3) joined.
    public Parameters parameters() {
        return parameters;
    }

    /// Content-ID.
    public Optional<String> id() {
        return Optional.ofNullable(id);
    }

    /// Content-Description.
    public Optional<String> description() {
        return Optional.ofNullable(description);
    }

    /// Content-Transfer-Encoding as written; absent means 7bit (RFC 2045 section 6.1).
    public Optional<String> encoding() {
        return Optional.ofNullable(encoding);
    }

    /// Content-Disposition without its parameters, as written; RFC 2183.
    public Optional<String> disposition() {
        return Optional.ofNullable(disposition);
    }

    public Parameters dispositionParameters() {
        return dispositionParameters;
    }

    /// The name for a file, decoded: Content-Disposition `filename`, else Content-Type `name`. Never a path to be
    /// trusted.
    public Optional<String> fileName() {
        return dispositionParameters.text("filename").or(() -> parameters.text("name"));
    }

    /// The tags of Content-Language (RFC 3282).
    public List<String> languages() {
        return language == null ? List.of() : Parameter.words(language);
    }

    /// Content-Location; RFC 2557.
    public Optional<String> location() {
        return Optional.ofNullable(location);
    }

    /// Content-MD5; RFC 1864.
    public Optional<String> md5() {
        return Optional.ofNullable(md5);
    }

    /// Of the root of a message (enclosed ones too): its ENVELOPE fields and some more, see [KeptField#NAMES]; else
    /// empty.
    public List<KeptField> fields() {
        return fields;
    }

    /// The first kept field of that name, as an octet string.
    public Optional<String> field(String name) {
        for (KeptField field : fields) {
            if (OctetStrings.equalsIgnoreCase(field.name(), name)) {
                return Optional.of(field.value());
            }
        }
        return Optional.empty();
    }

    public List<Part> children() {
        return children;
    }

    /// Of a [Kind#MESSAGE]: the root of the enclosed message.
    public Optional<Part> message() {
        return kind == Kind.MESSAGE ? Optional.of(children.getFirst()) : Optional.empty();
    }

    @Override
    public String toString() {
        return mediaType() + " [" + headerStart + ' ' + bodyStart + ' ' + bodyEnd + ']'
                + (children.isEmpty() ? "" : children);
    }
}
