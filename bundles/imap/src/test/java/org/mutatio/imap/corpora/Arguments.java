package org.mutatio.imap.corpora;

import java.util.ArrayList;
import java.util.List;

/// Responses and patterns of imaptest scripts as trees.
final class Arguments {

    sealed interface Node {}

    record Text(String text) implements Node {}

    /// @param open `(` or `[`
    record Group(char open, List<Node> nodes) implements Node {}

    private final String text;
    private int at;

    private Arguments(String text) {
        this.text = text;
    }

    static List<Node> parse(String text) {
        return new Arguments(text).nodes('\0');
    }

    private List<Node> nodes(char close) {
        List<Node> nodes = new ArrayList<>();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == close) {
                at++;
                return nodes;
            }
            if (c == ' ') {
                at++;
            } else if (c == '(' || c == '[' && (at == 0 || text.charAt(at - 1) == ' ')) {
                at++;
                nodes.add(new Group(c, nodes(c == '(' ? ')' : ']')));
            } else if (c == '"') {
                nodes.add(new Text(quoted()));
            } else if (text.startsWith("~{{{", at) || text.startsWith("{{{", at)) {
                int begin = text.indexOf("{{{\n", at) + 4;
                int end = text.indexOf("\n}}}", begin - 1);
                if (begin < 4 || end < 0) {
                    throw new AssertionError("a literal without end: " + text);
                }
                String literal = text.substring(begin, Math.max(begin, end));
                nodes.add(new Text(c == '~' ? literal : literal.replaceAll("\r?\n", "\r\n")));
                at = end + 4;
            } else if ((c == '{' || text.startsWith("~{", at)) && literalEnd() > 0) {
                int line = literalEnd();
                int size = Integer.parseInt(text.substring(text.indexOf('{', at) + 1, line));
                nodes.add(new Text(text.substring(line + 3, line + 3 + size)));
                at = line + 3 + size;
            } else {
                nodes.add(new Text(atom(close)));
            }
        }
        return nodes;
    }

    /// Where the `}` of a literal is.
    private int literalEnd() {
        int digits = text.indexOf('{', at) + 1;
        int end = digits;
        while (end < text.length() && Character.isDigit(text.charAt(end))) {
            end++;
        }
        return end > digits && text.startsWith("}\r\n", end) ? end : -1;
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            value.append(text.charAt(at++));
        }
        at++;
        return value.toString();
    }

    private String atom(char close) {
        int begin = at;
        int brackets = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '[') {
                brackets++;
            } else if (c == ']' && brackets > 0) {
                brackets--;
            } else if (brackets == 0 && (c == ' ' || c == '(' || c == ')' || c == close)) {
                break;
            }
            at++;
        }
        if (at == begin) {
            at++; // an odd character alone
        }
        return text.substring(begin, at);
    }
}
