package org.mutatio.mime.imap;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.mime.OctetStrings;
import org.mutatio.mime.header.Address;
import org.mutatio.mime.header.AddressList;
import org.mutatio.mime.header.Parameter;
import org.mutatio.mime.header.Parameters;
import org.mutatio.mime.structure.KeptField;
import org.mutatio.mime.structure.Part;
import org.mutatio.mime.structure.Summary;

/// Writes BODY, BODYSTRUCTURE and ENVELOPE (RFC 9051 section 7.5.2) from a summary alone, and IMAP strings.
///
/// Choices where the RFC leaves some: types and names as the sender wrote them; `us-ascii` for text without a charset
/// (RFC 2045 section 5.2); an address without domain has an empty host, since NIL would make it a group;
/// Content-Language always as list.
public final class ImapStructureWriter {
    private static final int MAX_QUOTED = 1024;
    /// What one header field of 64 KiB can hold; further fields of that name are left out then.
    private static final int MAX_ADDRESSES = 10_000;

    /// May 8-bit UTF-8 stand in a quoted string?
    public enum Strings {
        /// IMAP4rev1: it goes into a literal.
        ASCII,
        /// IMAP4rev2 or UTF8=ACCEPT (RFC 9051 section 4.3, RFC 9755).
        UTF8
    }

    private final OutputStream out;
    private final Strings strings;

    public ImapStructureWriter(OutputStream out, Strings strings) {
        this.out = out;
        this.strings = strings;
    }

    /// `BODY`: without extension data.
    public void body(Summary summary) throws IOException {
        body(summary.root(), false);
    }

    public void bodyStructure(Summary summary) throws IOException {
        body(summary.root(), true);
    }

    public void envelope(Summary summary) throws IOException {
        envelope(summary.root());
    }

    private void body(Part part, boolean extended) throws IOException { // as deep as the scanner opens, no deeper
        out.write('(');
        switch (part.kind()) {
            case MULTIPART -> multipart(part, extended);
            case MESSAGE -> {
                basic(part);
                out.write(' ');
                Part message = part.children().getFirst();
                envelope(message);
                out.write(' ');
                body(message, extended);
                out.write(' ');
                number(part.bodyLines());
                extension(part, extended);
            }
            case LEAF -> {
                basic(part);
                if (part.is("text")) {
                    out.write(' ');
                    number(part.bodyLines());
                }
                extension(part, extended);
            }
        }
        out.write(')');
    }

    private void multipart(Part part, boolean extended) throws IOException {
        for (Part child : part.children()) {
            body(child, extended);
        }
        out.write(' ');
        string(part.subtype());
        if (extended) {
            out.write(' ');
            parameters(part.parameters(), false);
            dispositionLanguageLocation(part);
        }
    }

    private void basic(Part part) throws IOException {
        boolean message = part.kind() == Part.Kind.MESSAGE; // a literal of the grammar: some clients compare case
        string(message ? OctetStrings.lower(part.type()) : part.type());
        out.write(' ');
        string(message ? OctetStrings.lower(part.subtype()) : part.subtype());
        out.write(' ');
        parameters(part.parameters(), part.is("text"));
        out.write(' ');
        nstring(part.id());
        out.write(' ');
        nstring(part.description());
        out.write(' ');
        string(part.encoding().orElse("7bit"));
        out.write(' ');
        number(part.bodySize());
    }

    private void extension(Part part, boolean extended) throws IOException {
        if (extended) {
            out.write(' ');
            nstring(part.md5());
            dispositionLanguageLocation(part);
        }
    }

    private void dispositionLanguageLocation(Part part) throws IOException {
        out.write(' ');
        Optional<String> disposition = part.disposition();
        if (disposition.isPresent()) {
            out.write('(');
            string(disposition.get());
            out.write(' ');
            parameters(part.dispositionParameters(), false);
            out.write(')');
        } else {
            nil();
        }
        out.write(' ');
        List<String> languages = part.languages();
        if (languages.isEmpty()) {
            nil();
        } else {
            char before = '(';
            for (String language : languages) {
                out.write(before);
                string(language);
                before = ' ';
            }
            out.write(')');
        }
        out.write(' ');
        nstring(part.location());
    }

    private void parameters(Parameters parameters, boolean text) throws IOException {
        boolean addCharset = text
                && parameters.value("charset").isEmpty()
                && parameters.value("charset*").isEmpty();
        if (parameters.isEmpty() && !addCharset) {
            nil();
            return;
        }
        char before = '(';
        for (Parameter parameter : parameters.list()) {
            out.write(before);
            string(parameter.name());
            out.write(' ');
            string(parameter.value());
            before = ' ';
        }
        if (addCharset) {
            out.write(before);
            ascii("\"charset\" \"us-ascii\"");
        }
        out.write(')');
    }

    /// The ENVELOPE of a message root.
    public void envelope(Part root) throws IOException {
        out.write('(');
        nstring(root.field("date"));
        out.write(' ');
        nstring(root.field("subject"));
        List<Address> from = addresses(root, "from");
        out.write(' ');
        addresses(from);
        out.write(' ');
        addresses(orFrom(addresses(root, "sender"), from));
        out.write(' ');
        addresses(orFrom(addresses(root, "reply-to"), from));
        out.write(' ');
        addresses(addresses(root, "to"));
        out.write(' ');
        addresses(addresses(root, "cc"));
        out.write(' ');
        addresses(addresses(root, "bcc"));
        out.write(' ');
        nstring(root.field("in-reply-to"));
        out.write(' ');
        nstring(root.field("message-id"));
        out.write(')');
    }

    private static List<Address> addresses(Part root, String name) {
        var addresses = new ArrayList<Address>();
        for (KeptField field : root.fields()) {
            if (field.name().equals(name) && addresses.size() < MAX_ADDRESSES) {
                addresses.addAll(AddressList.parse(field.value()));
            }
        }
        return addresses;
    }

    private static List<Address> orFrom(List<Address> addresses, List<Address> from) {
        return addresses.isEmpty() ? from : addresses;
    }

    /// `((name route mailbox host)...)` or NIL; a group is a begin and an end marker (RFC 9051 section
    /// 7.5.2).
    public void addresses(List<Address> addresses) throws IOException {
        if (addresses.isEmpty()) {
            nil();
            return;
        }
        out.write('(');
        for (Address address : addresses) {
            switch (address) {
                case Address.Mailbox mailbox -> mailbox(mailbox);
                case Address.Group group -> {
                    ascii("(NIL NIL ");
                    string(group.groupName());
                    ascii(" NIL)");
                    for (Address.Mailbox member : group.members()) {
                        mailbox(member);
                    }
                    ascii("(NIL NIL NIL NIL)");
                }
            }
        }
        out.write(')');
    }

    private void mailbox(Address.Mailbox mailbox) throws IOException {
        out.write('(');
        nstring(mailbox.name());
        out.write(' ');
        nstring(mailbox.route());
        out.write(' ');
        string(mailbox.localPart());
        out.write(' ');
        string(mailbox.domain());
        out.write(')');
    }

    // ---- strings

    public void nil() throws IOException {
        ascii("NIL");
    }

    public void number(long value) throws IOException {
        ascii(Long.toString(value));
    }

    /// An octet string, or NIL.
    public void nstring(@Nullable String octets) throws IOException {
        if (octets == null) {
            nil();
        } else {
            string(octets);
        }
    }

    public void nstring(Optional<String> octets) throws IOException {
        nstring(octets.orElse(null));
    }

    /// An octet string: quoted where the grammar allows it, else a literal. A NUL, which neither may hold, becomes
    /// `?`.
    public void string(String octets) throws IOException {
        boolean quoted = octets.length() <= MAX_QUOTED;
        boolean eightBit = false;
        boolean nul = false;
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            quoted &= c != '\r' && c != '\n';
            eightBit |= c > 0x7F;
            nul |= c == 0;
        }
        String written = nul ? octets.replace('\0', '?') : octets;
        if (quoted && (!eightBit || strings == Strings.UTF8 && isUtf8(written))) {
            out.write('"');
            for (int i = 0; i < written.length(); i++) {
                char c = written.charAt(i);
                if (c == '"' || c == '\\') {
                    out.write('\\');
                }
                out.write(c);
            }
            out.write('"');
            return;
        }
        ascii("{" + written.length() + "}\r\n");
        ascii(written);
    }

    private static boolean isUtf8(String octets) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(OctetStrings.bytes(octets)));
            return true;
        } catch (CharacterCodingException _) { // the answer is no
            return false;
        }
    }

    private void ascii(String octets) throws IOException {
        out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
    }
}
