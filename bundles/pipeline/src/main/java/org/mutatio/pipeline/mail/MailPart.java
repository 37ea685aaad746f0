package org.mutatio.pipeline.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.mutatio.mime.encoding.Charsets;
import org.mutatio.mime.encoding.TransferEncoding;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.mutatio.sdk.mail.Headers;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.mail.Part;

/// A part by its offsets into the message; reads only what is asked for.
final class MailPart implements Part {

    private final Octets message;
    private final org.mutatio.mime.structure.Part part;
    private final String number;
    private final List<Part> children;
    private volatile long decodedSize = -1;

    private MailPart(Octets message, org.mutatio.mime.structure.Part part, String number) {
        this.message = message;
        this.part = part;
        this.number = number;
        List<Part> below = new ArrayList<>(part.children().size());
        for (int i = 0; i < part.children().size(); i++) {
            below.add(new MailPart(message, part.children().get(i), childNumber(part, number, i)));
        }
        this.children = List.copyOf(below);
    }

    static MailPart root(Octets message, Summary summary) {
        boolean multipart = summary.root().kind() == org.mutatio.mime.structure.Part.Kind.MULTIPART;
        return new MailPart(message, summary.root(), multipart ? "" : "1");
    }

    /// RFC 9051 section 6.4.5.1; the multipart root of an enclosed message has no number of its own and shares that of
    /// the message/rfc822.
    private static String childNumber(org.mutatio.mime.structure.Part parent, String number, int index) {
        boolean enclosedMultipart = parent.kind() == org.mutatio.mime.structure.Part.Kind.MESSAGE
                && parent.children().getFirst().kind() == org.mutatio.mime.structure.Part.Kind.MULTIPART;
        if (enclosedMultipart) {
            return number;
        }
        return number.isEmpty() ? Integer.toString(index + 1) : number + "." + (index + 1);
    }

    @Override
    public String number() {
        return number;
    }

    @Override
    public String contentType() {
        return part.mediaType();
    }

    @Override
    public Map<String, String> parameters() {
        Map<String, String> lower = new LinkedHashMap<>();
        part.parameters().texts().forEach((name, value) -> lower.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        return lower;
    }

    @Override
    public Optional<String> disposition() {
        return part.disposition().map(text -> text.toLowerCase(Locale.ROOT));
    }

    @Override
    public Optional<String> fileName() {
        return part.fileName();
    }

    @Override
    public Headers headers() {
        long length = Math.min(part.bodyStart() - part.headerStart(), StructureScanner.MAX_HEADER_BLOCK);
        try {
            byte[] octets = ReceivedMessage.source(message).slice(part.headerStart(), part.headerStart() + length);
            return new MailHeaders(HeaderBlock.of(octets).fields());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Part> children() {
        return children;
    }

    boolean leaf() {
        return part.kind() == org.mutatio.mime.structure.Part.Kind.LEAF;
    }

    @Override
    public Octets raw() {
        return new OctetRange(message, part.bodyStart(), part.bodySize());
    }

    @Override
    public InputStream decoded() {
        return encoding().decode(message.stream(part.bodyStart(), part.bodySize()));
    }

    private TransferEncoding encoding() {
        return TransferEncoding.of(part.encoding());
    }

    @Override
    public long decodedSize() {
        long known = decodedSize;
        if (known < 0) {
            known = encoding() == TransferEncoding.IDENTITY ? part.bodySize() : count();
            decodedSize = known;
        }
        return known;
    }

    private long count() {
        byte[] block = new byte[8192];
        long sum = 0;
        try (InputStream decoded = decoded()) {
            int count = decoded.read(block);
            while (count >= 0) {
                sum += count;
                count = decoded.read(block);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum;
    }

    @Override
    public String text(int limit) {
        Charset charset =
                part.parameters().value("charset").flatMap(Charsets::find).orElse(StandardCharsets.UTF_8);
        char[] text = new char[Math.min(limit, 4096)];
        StringBuilder all = new StringBuilder();
        try (var reader = new InputStreamReader(decoded(), charset)) {
            int wanted = Math.min(text.length, limit);
            int count = wanted == 0 ? -1 : reader.read(text, 0, wanted);
            while (count > 0) {
                all.append(text, 0, count);
                wanted = Math.min(text.length, limit - all.length());
                count = wanted == 0 ? -1 : reader.read(text, 0, wanted);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toString();
    }

    @Override
    public String toString() {
        return number + " " + contentType();
    }
}
