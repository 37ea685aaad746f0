package org.mutatio.smtp.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mutatio.smtp.Corpora;

/// Dovecot's tables for parameters, paths and command lines, judged by our parser.
final class DovecotTablesTest {
    private static final CommandParser PARSER = new CommandParser(EnumSet.allOf(Leniency.class));

    private static Iterable<JsonNode> rows(String file, String table) {
        for (JsonNode candidate : Corpora.json("smtp/tables/" + file).get("tables")) {
            if (candidate.get("table").asText().equals(table)) {
                return candidate.get("rows");
            }
        }
        throw new AssertionError("no table " + table);
    }

    private static Set<Extension> offered(JsonNode row) {
        Set<Extension> offered = EnumSet.noneOf(Extension.class);
        String capabilities = row.path("caps").toString();
        for (Extension extension : Extension.values()) {
            String name = extension == Extension.EIGHTBITMIME ? "8BITMIME" : extension.name();
            if (capabilities.contains("SMTP_CAPABILITY_" + name)) {
                offered.add(extension);
            }
        }
        return offered;
    }

    @Test
    void parameters() {
        var count = new Corpora.Count("dovecot smtp-params");
        for (String table : new String[] {"valid_mail", "invalid_mail", "valid_rcpt", "invalid_rcpt"}) {
            boolean wanted = table.startsWith("valid");
            String begin = table.endsWith("mail") ? "MAIL FROM:<a@b.test> " : "RCPT TO:<a@b.test> ";
            for (JsonNode row : rows("dovecot-smtp-params.json", table + "_params_parse_tests")) {
                String input = row.path("input").asText();
                switch (input) {
                    case "BODY=FROP" -> count.skipped("Dovecot takes unknown BODY values, we say 501");
                    case "ENVID=" -> count.skipped("a value cannot be empty; RFC 5321 section 4.1.2");
                    case "BODY=BINARYMIME" -> {
                        if (offered(row).contains(Extension.BINARYMIME)) {
                            count.skipped("we always offer CHUNKING with BINARYMIME");
                        } else {
                            count.check(!understood(begin + input, row), input);
                        }
                    }
                    default -> count.check(understood(begin + input, row) == wanted, table + ": " + input);
                }
            }
        }
        count.report();
    }

    private static boolean understood(String line, JsonNode row) {
        return !(PARSER.parse(line, offered(row)) instanceof Command.Malformed);
    }

    @Test
    void addresses() {
        var count = new Corpora.Count("dovecot smtp-address");
        for (String table : new String[] {"valid_mailbox", "invalid_mailbox", "valid_path", "invalid_path"}) {
            boolean wanted = table.startsWith("valid");
            boolean path = table.endsWith("path");
            for (JsonNode row : rows("dovecot-smtp-address.json", table + "_parse_tests")) {
                String input = row.path("input").asText();
                String flags = row.path("flags").toString();
                boolean unicode = !input.chars().allMatch(c -> c < 128);
                if (unicode) {
                    count.skipped("SMTPUTF8 is judged by the conversation");
                } else if (flags.contains("IGNORE_BROKEN") || flags.contains("ALLOW")) {
                    count.skipped("a mode that we do not have: " + flags);
                } else if (wanted && (input.startsWith(".") || input.contains(".."))) {
                    count.skipped("dots that only Dovecot tolerates");
                } else if (!wanted && input.equals("Abc..123@example.com")) {
                    count.check(!valid("<" + input + ">"), input);
                } else if (path && wanted && !input.startsWith("<")) {
                    count.skipped("without angle brackets");
                } else {
                    count.check(valid(path ? input : "<" + input + ">") == wanted, table + ": " + input);
                }
            }
        }
        count.report();
    }

    private static boolean valid(String path) {
        return PARSER.parse("RCPT TO:" + path, Set.of()) instanceof Command.Recipient;
    }
}
