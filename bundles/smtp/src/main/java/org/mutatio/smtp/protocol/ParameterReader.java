package org.mutatio.smtp.protocol;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.sdk.mail.MailAddress;

/// The parameters of MAIL and RCPT: split, known, allowed here, once each, well formed; RFC 5321 section 4.1.1.11.
final class ParameterReader {
    /// RFC 3461 section 4.4, RFC 3461 section 4.2.
    private static final int LONGEST_ENVID = 100;

    private static final int LONGEST_ORCPT = 500;

    private final Set<Extension> offered;

    ParameterReader(Set<Extension> offered) {
        this.offered = offered;
    }

    MailParameters mail(String text) throws Refusal {
        Map<String, String> all = split(text);
        long size = 0;
        boolean smtpUtf8 = false;
        String body = "7BIT";
        Map<String, String> further = new LinkedHashMap<>();
        for (var one : all.entrySet()) {
            String name = one.getKey();
            String value = one.getValue();
            switch (name) {
                case "SIZE" -> size = size(need(Extension.SIZE, name, value));
                case "BODY" -> body = body(value);
                case "SMTPUTF8" -> {
                    needEmpty(Extension.SMTPUTF8, name, value);
                    smtpUtf8 = true;
                }
                case "RET" -> further.put(name, ret(need(Extension.DSN, name, value)));
                case "ENVID" -> further.put(name, envid(need(Extension.DSN, name, value)));
                case "AUTH" -> further.put(name, auth(need(Extension.AUTH, name, value)));
                case "REQUIRETLS" -> further.put(name, needEmpty(Extension.REQUIRETLS, name, value));
                case "PRDR" -> further.put(name, needEmpty(Extension.PRDR, name, value));
                case "HOLDFOR" -> further.put(name, holdFor(need(Extension.FUTURERELEASE, name, value)));
                case "HOLDUNTIL" -> further.put(name, holdUntil(need(Extension.FUTURERELEASE, name, value)));
                case "BY" -> further.put(name, by(need(Extension.DELIVERBY, name, value)));
                default -> throw unknown(name);
            }
        }
        if (further.containsKey("HOLDFOR") && further.containsKey("HOLDUNTIL")) {
            // RFC 4865 section 5
            throw malformed("HOLDFOR and HOLDUNTIL exclude each other");
        }
        return new MailParameters(size, smtpUtf8, body, further);
    }

    Map<String, String> recipient(String text) throws Refusal {
        Map<String, String> all = split(text);
        for (var one : all.entrySet()) {
            String name = one.getKey();
            switch (name) {
                case "NOTIFY" -> one.setValue(notify(need(Extension.DSN, name, one.getValue())));
                case "ORCPT" -> originalRecipient(need(Extension.DSN, name, one.getValue()));
                default -> throw unknown(name);
            }
        }
        return all;
    }

    /// `SP keyword [= value]` again and again.
    private static Map<String, String> split(String text) throws Refusal {
        Map<String, String> all = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) != ' ') {
                throw malformed("a space goes before each parameter");
            }
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
            int begin = at;
            while (at < text.length() && text.charAt(at) != ' ') {
                at++;
            }
            if (at > begin) {
                put(text.substring(begin, at), all);
            }
        }
        return all;
    }

    private static void put(String parameter, Map<String, String> all) throws Refusal {
        int equals = parameter.indexOf('=');
        String name = Ascii.upper(equals < 0 ? parameter : parameter.substring(0, equals));
        if (name.isEmpty() || name.charAt(0) == '-' || !name.chars().allMatch(ParameterReader::inKeyword)) {
            throw malformed("malformed parameter");
        }
        String value = equals < 0 ? "" : parameter.substring(equals + 1);
        if (equals >= 0 && value.isEmpty() || value.indexOf('=') >= 0) {
            throw malformed("malformed value of " + shown(name));
        }
        if (all.put(name, value) != null) {
            throw malformed("parameter " + shown(name) + " given twice");
        }
    }

    private static boolean inKeyword(int c) {
        return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-';
    }

    private String need(Extension extension, String name, String value) throws Refusal {
        if (!offered.contains(extension)) {
            throw unknown(name);
        }
        if (value.isEmpty()) {
            throw malformed(name + " wants a value");
        }
        return value;
    }

    private String needEmpty(Extension extension, String name, String value) throws Refusal {
        if (!offered.contains(extension)) {
            throw unknown(name);
        }
        if (!value.isEmpty()) {
            throw malformed(name + " has no value");
        }
        return value;
    }

    /// RFC 1870 section 6.1: up to 20 digits. More than a long holds is more than anybody's limit.
    private static long size(String value) throws Refusal {
        if (value.length() > 20 || !digits(value)) {
            throw malformed("SIZE is a number of octets");
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }

    /// RFC 6152 section 2, RFC 3030 section 3.
    private String body(String value) throws Refusal {
        if (!offered.contains(Extension.EIGHTBITMIME)) {
            throw unknown("BODY");
        }
        String body = Ascii.upper(value);
        if (body.equals("7BIT") || body.equals("8BITMIME")) {
            return body;
        }
        if (body.equals("BINARYMIME") && offered.contains(Extension.BINARYMIME)) {
            return body;
        }
        throw malformed("BODY is 7BIT, 8BITMIME or BINARYMIME");
    }

    /// RFC 3461 section 4.3.
    private static String ret(String value) throws Refusal {
        String ret = Ascii.upper(value);
        if (!ret.equals("FULL") && !ret.equals("HDRS")) {
            throw malformed("RET is FULL or HDRS");
        }
        return ret;
    }

    /// RFC 3461 section 4.4: printable characters in xtext; kept so, as it goes on.
    private static String envid(String value) throws Refusal {
        if (value.length() > LONGEST_ENVID || !Xtext.printable(value)) {
            throw malformed("ENVID is at most 100 printable characters in xtext");
        }
        return value;
    }

    /// RFC 4954 section 5: `<>` or a mailbox in xtext.
    private static String auth(String value) throws Refusal {
        if (value.equals("<>")) {
            return value;
        }
        Optional<String> mailbox = Xtext.decode(value);
        if (mailbox.isEmpty()) {
            throw malformed("AUTH is <> or a mailbox in xtext");
        }
        try {
            MailAddress.parse(mailbox.get());
        } catch (IllegalArgumentException _) {
            throw malformed("AUTH is <> or a mailbox in xtext");
        }
        return value;
    }

    /// RFC 4865 section 5: 1 to 9 digits, seconds.
    private static String holdFor(String value) throws Refusal {
        if (value.length() > 9 || !digits(value) || Integer.parseInt(value) == 0) {
            throw malformed("HOLDFOR is a number of seconds");
        }
        if (Integer.parseInt(value) > Conversation.LONGEST_HOLD.toSeconds()) {
            throw malformed("HOLDFOR is more than we hold");
        }
        return value;
    }

    /// RFC 4865 section 5: a time of RFC 3339.
    private static String holdUntil(String value) throws Refusal {
        try {
            OffsetDateTime.parse(value);
            return value;
        } catch (DateTimeException _) {
            throw malformed("HOLDUNTIL is a time such as 2026-12-24T18:00:00Z");
        }
    }

    /// RFC 2852 section 4: `120;R`, `-60;NT`.
    private static String by(String value) throws Refusal {
        int semicolon = value.indexOf(';');
        String number = semicolon < 0 ? "" : value.substring(0, semicolon);
        String digits = number.startsWith("-") || number.startsWith("+") ? number.substring(1) : number;
        String mode = Ascii.upper(value.substring(semicolon + 1));
        if (digits.length() > 9
                || !digits(digits)
                || !Set.of("N", "R", "NT", "RT").contains(mode)) {
            throw malformed("BY is seconds;mode, such as 120;R");
        }
        if (mode.startsWith("R") && (number.startsWith("-") || Integer.parseInt(digits) == 0)) {
            // RFC 2852 section 4: with R the time must lie ahead.
            throw malformed("BY with R wants a time ahead");
        }
        return number + ";" + mode;
    }

    /// RFC 3461 section 4.1: NEVER alone, or a list.
    private static String notify(String value) throws Refusal {
        String notify = Ascii.upper(value);
        if (notify.equals("NEVER")) {
            return notify;
        }
        int from = 0;
        while (true) {
            int comma = notify.indexOf(',', from);
            String word = notify.substring(from, comma < 0 ? notify.length() : comma);
            if (!word.equals("SUCCESS") && !word.equals("FAILURE") && !word.equals("DELAY")) {
                throw malformed("NOTIFY is NEVER, or of SUCCESS, FAILURE and DELAY");
            }
            if (comma < 0) {
                return notify;
            }
            from = comma + 1;
        }
    }

    /// RFC 3461 section 4.2, RFC 6533 section 3: `rfc822;ann@example.com`, `utf-8;...`.
    private static void originalRecipient(String value) throws Refusal {
        int semicolon = value.indexOf(';');
        if (value.length() > LONGEST_ORCPT || semicolon < 1 || semicolon == value.length() - 1) {
            throw malformed("ORCPT is type;address, at most 500 characters");
        }
        String type = value.substring(0, semicolon);
        String address = value.substring(semicolon + 1);
        // What it means stands in a DSN's field one day: no line end may hide in it.
        boolean good = Ascii.same(type, "UTF-8") ? Xtext.international(address) : Xtext.printable(address);
        if (!good || !type.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw malformed("ORCPT is not in xtext");
        }
    }

    private static boolean digits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /// RFC 5321 section 4.1.1.11.
    private static Refusal unknown(String name) {
        return new Refusal(555, "5.5.4", "parameter " + shown(name) + " is not supported");
    }

    private static Refusal malformed(String text) {
        return new Refusal(501, "5.5.4", text);
    }

    private static String shown(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40);
    }
}
