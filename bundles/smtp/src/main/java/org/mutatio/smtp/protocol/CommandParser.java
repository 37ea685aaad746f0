package org.mutatio.smtp.protocol;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// Understands one line, without its CR LF; RFC 5321 section 4.1.1. Never throws for what a client sends.
public final class CommandParser {
    private static final Set<String> XCLIENT_NAMES =
            Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "DESTADDR", "DESTPORT");

    private final Set<Leniency> tolerated;

    public CommandParser(Set<Leniency> tolerated) {
        this.tolerated = Set.copyOf(tolerated);
    }

    /// @param offered what the last EHLO offered: only parameters of those extensions are known
    public Command parse(String line, Set<Extension> offered) {
        try {
            return command(line, offered);
        } catch (Refusal refusal) {
            return new Command.Malformed(refusal.reply(), refusal.reply().text());
        }
    }

    private Command command(String line, Set<Extension> offered) throws Refusal {
        Verb verb = Verb.of(line);
        if (verb == Verb.XBAD) {
            return new Command.Malformed(Reply.of(500, "5.5.2", "command not recognised"), "unknown command");
        }
        int end = verb.name().length();
        String rest = line.substring(end);
        if (tolerated.contains(Leniency.TRAILING_BLANKS)) {
            rest = stripTrailing(rest);
        }
        return switch (verb) {
            case HELO, EHLO, LHLO -> hello(verb, rest);
            case MAIL -> mail(rest, offered);
            case RCPT -> recipient(rest, offered);
            case DATA -> alone(rest, new Command.Data());
            case BDAT -> chunk(rest);
            case RSET -> alone(rest, new Command.Reset());
            case QUIT -> alone(rest, new Command.Quit());
            case STARTTLS -> alone(rest, new Command.StartTls());
            // RFC 5321 section 4.1.1.9: an argument is ignored.
            case NOOP -> new Command.Noop();
            case HELP -> new Command.Help();
            case VRFY -> {
                if (rest.isBlank()) {
                    throw new Refusal(501, "5.5.4", "VRFY wants an argument");
                }
                yield new Command.Verify();
            }
            case EXPN, ETRN, TURN -> new Command.Refrain(verb);
            case AUTH -> authenticate(rest);
            case XCLIENT -> xclient(rest);
            case XBAD -> throw new IllegalStateException("answered above");
        };
    }

    private static String stripTrailing(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
            end--;
        }
        return text.substring(0, end);
    }

    private static Command alone(String rest, Command command) throws Refusal {
        if (!rest.isEmpty()) {
            throw new Refusal(501, "5.5.4", "this command has no argument");
        }
        return command;
    }

    private Command hello(Verb verb, String rest) throws Refusal {
        String name = rest.strip();
        if (name.isEmpty()) {
            throw new Refusal(501, "5.5.4", verb + " wants a domain name or an address literal");
        }
        if (name.length() > 255 || !name.chars().allMatch(c -> c > ' ' && c != 127 && "<>()\"\\,;@".indexOf(c) < 0)) {
            throw new Refusal(501, "5.5.4", verb + " wants one domain name or address literal");
        }
        boolean literal = name.startsWith("[");
        if (literal && !(name.endsWith("]") && PathReader.literal(name.substring(1, name.length() - 1)))) {
            throw new Refusal(501, "5.5.4", "malformed address literal");
        }
        if (!literal && !tolerated.contains(Leniency.ODD_HELLO_NAMES) && !domainName(name)) {
            throw new Refusal(501, "5.5.4", verb + " wants a domain name");
        }
        return new Command.Hello(verb, name);
    }

    private static boolean domainName(String name) {
        return !name.startsWith(".")
                && !name.startsWith("-")
                && !name.contains("..")
                && name.chars()
                        .allMatch(c -> c == '.'
                                || c == '-'
                                || c >= '0' && c <= '9'
                                || c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z');
    }

    private Command mail(String rest, Set<Extension> offered) throws Refusal {
        int from = keyword(rest, "FROM:", "MAIL FROM:<name@example.com>");
        var reader = new PathReader(rest, from, "5.1.7");
        String path = reader.path();
        ReversePath sender = path.isEmpty() ? ReversePath.NULL : ReversePath.of(reader.address(path));
        MailParameters parameters = new ParameterReader(offered).mail(rest.substring(reader.end()));
        return new Command.Mail(sender, !ascii(path), parameters);
    }

    private Command recipient(String rest, Set<Extension> offered) throws Refusal {
        int from = keyword(rest, "TO:", "RCPT TO:<name@example.com>");
        var reader = new PathReader(rest, from, "5.1.3");
        String path = reader.path();
        if (path.isEmpty()) {
            throw new Refusal(501, "5.1.3", "a recipient cannot be empty");
        }
        Optional<MailAddress> to =
                Ascii.same(path, "POSTMASTER") ? Optional.empty() : Optional.of(reader.address(path));
        Map<String, String> parameters = new ParameterReader(offered).recipient(rest.substring(reader.end()));
        // RFC 6533 section 3: UTF-8 in ORCPT needs SMTPUTF8 as a path does.
        boolean ascii = ascii(path) && parameters.values().stream().allMatch(CommandParser::ascii);
        return new Command.Recipient(to, !ascii, parameters);
    }

    /// @return where the path begins
    private int keyword(String rest, String word, String example) throws Refusal {
        int at = 0;
        while (at < rest.length() && rest.charAt(at) == ' ') {
            at++;
        }
        if (at == 0 || !Ascii.at(rest, at, word)) {
            throw new Refusal(501, "5.5.4", "write " + example);
        }
        at += word.length();
        if (tolerated.contains(Leniency.SPACE_AFTER_COLON)) {
            while (at < rest.length() && rest.charAt(at) == ' ') {
                at++;
            }
        }
        return at;
    }

    private static boolean ascii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    /// A BDAT that says no size leaves us not knowing where commands go on: the connection must close.
    private static Command chunk(String rest) {
        String text = rest.strip();
        int blank = text.indexOf(' ');
        String number = blank < 0 ? text : text.substring(0, blank);
        String word = blank < 0 ? "" : text.substring(blank).strip();
        boolean good = !rest.isEmpty()
                && rest.charAt(0) == ' '
                && !number.isEmpty()
                && number.length() <= 18
                && number.chars().allMatch(c -> c >= '0' && c <= '9')
                && (word.isEmpty() || Ascii.same(word, "LAST"));
        return good
                ? new Command.Chunk(Long.parseLong(number), !word.isEmpty())
                : new Command.Malformed(
                        Reply.of(501, "5.5.4", "write BDAT size [LAST]; closing"), "malformed BDAT", true);
    }

    private static Command authenticate(String rest) throws Refusal {
        String text = rest.strip();
        if (text.isEmpty()) {
            throw new Refusal(501, "5.5.4", "AUTH wants a mechanism");
        }
        int blank = text.indexOf(' ');
        String mechanism = Ascii.upper(blank < 0 ? text : text.substring(0, blank));
        if (mechanism.length() > 20
                || !mechanism
                        .chars()
                        .allMatch(c -> c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')) {
            // RFC 4422 section 3.1
            throw new Refusal(501, "5.5.4", "malformed mechanism name");
        }
        if (blank < 0) {
            return new Command.Authenticate(mechanism, Optional.empty());
        }
        String initial = text.substring(blank).strip();
        if (initial.indexOf(' ') >= 0) {
            throw new Refusal(501, "5.5.4", "AUTH wants a mechanism and at most one response");
        }
        return new Command.Authenticate(mechanism, Optional.of(initial));
    }

    private static Command xclient(String rest) throws Refusal {
        Map<String, String> attributes = new HashMap<>();
        int at = 0;
        while (at < rest.length()) {
            int blank = rest.indexOf(' ', at);
            int end = blank < 0 ? rest.length() : blank;
            if (end > at) {
                String attribute = rest.substring(at, end);
                int equals = attribute.indexOf('=');
                String name = equals < 0 ? "" : Ascii.upper(attribute.substring(0, equals));
                Optional<String> value = equals < 0 ? Optional.empty() : Xtext.decode(attribute.substring(equals + 1));
                if (!XCLIENT_NAMES.contains(name) || value.isEmpty()) {
                    throw new Refusal(501, "5.5.4", "XCLIENT attribute not understood");
                }
                attributes.put(name, value.get());
            }
            at = end + 1;
        }
        if (attributes.isEmpty()) {
            throw new Refusal(501, "5.5.4", "XCLIENT wants attributes");
        }
        return new Command.XClient(attributes);
    }
}
