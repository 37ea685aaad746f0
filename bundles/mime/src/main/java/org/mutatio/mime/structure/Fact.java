package org.mutatio.mime.structure;

/// What the scan noticed about the octets. Policies decide on it; the scanner refuses nothing.
public enum Fact {
    /// A CR without LF; RFC 5321 section 2.3.8 forbids it.
    BARE_CR(0),
    /// An LF without CR; RFC 5321 section 2.3.8 forbids it.
    BARE_LF(1),
    NUL(2),
    /// In the root header block or in one of a part; RFC 6532.
    EIGHT_BIT_HEADER(3),
    EIGHT_BIT_BODY(4),
    /// The root header block is longer than [StructureScanner#MAX_HEADER_BLOCK].
    HEADER_BLOCK_TOO_LONG(5),
    /// One root header field is longer than [StructureScanner#MAX_HEADER].
    HEADER_TOO_LONG(6),
    /// The root header block has more than [StructureScanner#MAX_HEADERS] fields.
    TOO_MANY_HEADERS(7),
    /// One of these three in the header block of a part.
    PART_HEADER_LIMITS(8),
    /// Something lies deeper than [StructureScanner#MAX_DEPTH] containers: there is an opaque part instead.
    NESTED_TOO_DEEP(9),
    /// There are more than [StructureScanner#MAX_PARTS] parts: the last one holds all the rest.
    TOO_MANY_PARTS(10),
    /// Some kept fields were cut or left out to hold the summary small: read them from the octets.
    FIELDS_CUT(11),
    /// A multipart without a boundary, or whose boundary never occurs: it is one plain part.
    BROKEN_MULTIPART(12),
    /// No blank line between header and body of the root.
    NO_BODY(13);

    /// The bit in the stored form; never changes its meaning.
    final long bit;

    Fact(int bit) {
        this.bit = 1L << bit;
    }
}
