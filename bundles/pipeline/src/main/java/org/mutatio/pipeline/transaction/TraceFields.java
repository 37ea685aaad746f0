package org.mutatio.pipeline.transaction;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.ReversePath;

/// The header fields that we put in front: Received, Return-Path, Delivered-To; RFC 5321 section 4.4.
final class TraceFields {

    /// RFC 5322 section 3.3.
    static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss xx", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final int LONGEST_NAME = 255;

    private TraceFields() {}

    /// @param only the one recipient; a message to several names none, or it would betray a blind copy (RFC 5321
    ///     section 7.6)
    static byte[] received(SessionFacts facts, MailId id, Optional<MailAddress> only, Instant at) {
        StringBuilder field = new StringBuilder(300);
        InetAddress client = facts.client().getAddress();
        String literal = literal(client, facts.client().getHostString());
        field.append("Received: from ")
                .append(facts.helo().get().filter(TraceFields::speakable).orElse(literal))
                .append(" (")
                .append(literal)
                .append(")\r\n\tby ")
                .append(facts.hostName())
                .append(" with ")
                .append(facts.protocol().get());
        facts.tls()
                .get()
                .ifPresent(tls -> field.append(" (").append(comment(tls)).append(')'));
        field.append("\r\n\tid ").append(id);
        // an address outside ASCII has no place in a message that is not SMTPUTF8; RFC 6531 section 3.7.3
        only.filter(address -> !address.international())
                .ifPresent(
                        address -> field.append("\r\n\tfor <").append(address).append('>'));
        field.append(";\r\n\t").append(DATE.format(at)).append("\r\n");
        return field.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// RFC 5321 section 4.4: final delivery adds it.
    static byte[] returnPath(ReversePath sender) {
        return ("Return-Path: " + sender + "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    static byte[] deliveredTo(MailAddress address) {
        return ("Delivered-To: " + address + "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    /// RFC 5321 section 4.1.3.
    private static String literal(@org.jspecify.annotations.Nullable InetAddress address, String otherwise) {
        if (address == null) {
            return speakable(otherwise) ? otherwise : "[0.0.0.0]";
        }
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        String plain = zone < 0 ? text : text.substring(0, zone);
        return address instanceof Inet6Address ? "[IPv6:" + plain + "]" : "[" + plain + "]";
    }

    /// What a client calls itself goes into a header only when it is a name or a literal.
    private static boolean speakable(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean good =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || ".-_[]:".indexOf(c) >= 0;
            if (!good) {
                return false;
            }
        }
        return true;
    }

    private static String comment(String text) {
        StringBuilder clean = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            clean.append(c >= ' ' && c < 127 && c != '(' && c != ')' && c != '\\' ? c : '_');
        }
        return clean.toString();
    }
}
