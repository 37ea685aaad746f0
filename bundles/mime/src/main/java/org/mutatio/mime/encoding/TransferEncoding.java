package org.mutatio.mime.encoding;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Optional;
import org.mutatio.mime.OctetStrings;

/// Content-transfer-encodings (RFC 2045 section 6): taken off tolerantly, put on strictly, streaming both
/// ways.
public enum TransferEncoding {
    /// 7bit, 8bit, binary, and every name that nobody knows: the octets are the content (RFC 2045 section 6.4 would
    /// call the latter application/octet-stream; readers prefer to see them).
    IDENTITY,
    BASE64,
    QUOTED_PRINTABLE,
    /// x-uuencode and its spellings; decoded only.
    UUENCODE;

    private static final int LINE = 76; // RFC 2045 section 6.8

    /// @param token of Content-Transfer-Encoding, as [org.mutatio.mime.structure.Part#encoding] has it
    public static TransferEncoding of(Optional<String> token) {
        return token.map(TransferEncoding::of).orElse(IDENTITY);
    }

    public static TransferEncoding of(String token) {
        return switch (OctetStrings.lower(OctetStrings.trim(token))) {
            case "base64", "base-64" -> BASE64;
            case "quoted-printable", "quotedprintable" -> QUOTED_PRINTABLE;
            case "x-uuencode", "x-uue", "uuencode", "uue" -> UUENCODE;
            default -> IDENTITY;
        };
    }

    /// The content behind the encoding. Broken input gives some content, never an exception of ours; closing closes
    /// `encoded`.
    public InputStream decode(InputStream encoded) {
        return switch (this) {
            case IDENTITY -> encoded;
            case BASE64 -> new Base64Decoder(encoded);
            case QUOTED_PRINTABLE -> new QuotedPrintableDecoder(encoded);
            case UUENCODE -> new UuDecoder(encoded);
        };
    }

    public byte[] decode(byte[] encoded) {
        try (InputStream decoded = decode(new ByteArrayInputStream(encoded))) {
            return decoded.readAllBytes();
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory does not fail", impossible);
        }
    }

    /// A stream to write content to; close it to end the last line, which closes `encoded` too. Base64 and
    /// quoted-printable lines have at most 76 octets; quoted-printable keeps CR LF as line ends, so it is for text.
    ///
    /// @throws UnsupportedOperationException for [#UUENCODE], which nobody should write
    public OutputStream encode(OutputStream encoded) {
        return switch (this) {
            case IDENTITY -> encoded;
            case BASE64 -> Base64.getMimeEncoder(LINE, new byte[] {'\r', '\n'}).wrap(encoded);
            case QUOTED_PRINTABLE -> new QuotedPrintableEncoder(encoded);
            case UUENCODE -> throw new UnsupportedOperationException("uuencode is only read");
        };
    }
}
