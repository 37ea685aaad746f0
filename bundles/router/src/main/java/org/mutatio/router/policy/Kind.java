package org.mutatio.router.policy;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.Durations;
import org.mutatio.sdk.settings.SettingValue;

/// What a setting's value may be.
enum Kind {
    SIZE("a size in quotes, as \"50 MB\""),
    DURATION("a duration in quotes, as \"10 s\""),
    FLAG("true or false"),
    NUMBER("a whole number, as 100"),
    DECIMAL("a number, as 5.0"),
    TEXT("a text in quotes"),
    CHOICE("one of the words"),
    /// `reject`, `relay` or an address.
    UNKNOWN_RULE("\"reject\", \"relay\" or a catch-all address as \"info@example.com\""),
    /// `host:port`, may be empty.
    HOST("a host with port in quotes, as \"mx.example.com:25\""),
    LIST("a list of texts, as [\"a\", \"b\"]"),
    DOMAINS("a list of domain names, as [\"example.com\"]");

    private final String wanted;

    Kind(String wanted) {
        this.wanted = wanted;
    }

    /// For messages: what should stand there.
    String wanted(List<String> choices) {
        return this == CHOICE ? "one of \"" + String.join("\", \"", choices) + "\"" : wanted;
    }

    boolean list() {
        return this == LIST || this == DOMAINS;
    }

    /// The value as the typed questions of a policy give it: DataSize, Duration, Boolean, Long, Double, String, List.
    ///
    /// @throws IllegalArgumentException the value does not fit; the message says what was wanted
    Object parse(SettingValue value, List<String> choices) {
        return switch (this) {
            case SIZE -> value instanceof SettingValue.Text text ? size(text.value()) : misfit(value, choices);
            case DURATION -> value instanceof SettingValue.Text text ? duration(text.value()) : misfit(value, choices);
            case FLAG -> value instanceof SettingValue.Flag flag ? flag.value() : misfit(value, choices);
            case NUMBER ->
                value instanceof SettingValue.Numeric number && number.whole() && number.value() >= 0
                        ? (Object) number.asLong()
                        : misfit(value, choices);
            case DECIMAL ->
                value instanceof SettingValue.Numeric number && Double.isFinite(number.value())
                        ? (Object) number.value()
                        : misfit(value, choices);
            case TEXT -> text(value, choices);
            case CHOICE -> {
                String word = text(value, choices).toLowerCase(Locale.ROOT);
                yield choices.contains(word) ? word : misfit(value, choices);
            }
            case UNKNOWN_RULE -> unknownRule(text(value, choices));
            case HOST -> host(text(value, choices));
            case LIST -> texts(value, choices);
            case DOMAINS ->
                texts(value, choices).stream()
                        .map(name -> Domain.parse(name).ascii())
                        .toList();
        };
    }

    private Object misfit(SettingValue value, List<String> choices) {
        throw new IllegalArgumentException(wanted(choices) + " is wanted, not " + Shown.of(value));
    }

    private String text(SettingValue value, List<String> choices) {
        return value instanceof SettingValue.Text text ? text.value() : (String) misfit(value, choices);
    }

    private List<String> texts(SettingValue value, List<String> choices) {
        if (!(value instanceof SettingValue.Values items)) {
            misfit(value, choices);
            return List.of();
        }
        return items.values().stream().map(item -> text(item, choices)).toList();
    }

    private static DataSize size(String text) {
        return DataSize.parse(text);
    }

    private static Duration duration(String text) {
        return Durations.parse(text);
    }

    private static String unknownRule(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        if (word.equals("reject") || word.equals("relay")) {
            return word;
        }
        if (word.indexOf('@') < 0) {
            throw new IllegalArgumentException(UNKNOWN_RULE.wanted + " is wanted, not \"" + text + "\"");
        }
        return MailAddress.parse(text.strip()).toString();
    }

    /// Host and port, the port 25 when none is said; empty stays empty.
    static String host(String text) {
        String given = text.strip();
        if (given.isEmpty()) {
            return "";
        }
        int colon = given.startsWith("[") ? given.indexOf("]:") + 1 : given.indexOf(':');
        String host = colon > 0 ? given.substring(0, colon) : given;
        String port = colon > 0 ? given.substring(colon + 1) : "25";
        Optional<Integer> number = port(port);
        if (number.isEmpty()) {
            throw new IllegalArgumentException("not a port (1 to 65535): " + port);
        }
        return Domain.parse(host) + ":" + number.get();
    }

    private static Optional<Integer> port(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        int port = Integer.parseInt(text);
        return port >= 1 && port <= 65_535 ? Optional.of(port) : Optional.empty();
    }
}
