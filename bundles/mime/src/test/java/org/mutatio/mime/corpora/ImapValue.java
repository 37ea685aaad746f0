package org.mutatio.mime.corpora;

import java.util.ArrayList;
import java.util.List;

/// Reads what IMAP writes (lists, strings, literals, NIL, numbers) into nested lists, so that two ways to write one
/// value are equal: a string is `"text"`, NIL and numbers are themselves.
final class ImapValue {
    private final String text;
    private int at;

    private ImapValue(String text) {
        this.text = text;
    }

    static Object parse(String octets) {
        var reading = new ImapValue(octets);
        Object value = reading.value();
        if (reading.at != octets.length()) {
            throw new IllegalArgumentException("octets behind the value: " + octets.substring(reading.at));
        }
        return value;
    }

    private Object value() {
        char c = text.charAt(at);
        if (c == '(') {
            at++;
            List<Object> list = new ArrayList<>();
            while (text.charAt(at) != ')') {
                if (text.charAt(at) == ' ') {
                    at++;
                } else {
                    list.add(value());
                }
            }
            at++;
            return list;
        }
        if (c == '"') {
            var quoted = new StringBuilder("\"");
            at++;
            while (text.charAt(at) != '"') {
                if (text.charAt(at) == '\\') {
                    at++;
                }
                quoted.append(text.charAt(at++));
            }
            at++;
            return quoted.append('"').toString();
        }
        if (c == '{') {
            int close = text.indexOf('}', at);
            int length = Integer.parseInt(text.substring(at + 1, close));
            int from = close + 3;
            at = from + length;
            return '"' + text.substring(from, at) + '"';
        }
        int from = at;
        while (at < text.length() && " ()".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(from, at);
    }
}
