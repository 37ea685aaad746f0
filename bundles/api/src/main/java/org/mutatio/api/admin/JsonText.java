package org.mutatio.api.admin;

/// Writes [Json] as text; RFC 8259.
final class JsonText {

    private JsonText() {}

    static void write(Json value, StringBuilder to) {
        switch (value) {
            case Json.Obj(var fields) -> {
                char before = '{';
                for (var field : fields.entrySet()) {
                    to.append(before);
                    quote(field.getKey(), to);
                    to.append(':');
                    write(field.getValue(), to);
                    before = ',';
                }
                to.append(before == '{' ? "{}" : "}");
            }
            case Json.Arr(var items) -> {
                char before = '[';
                for (Json item : items) {
                    to.append(before);
                    write(item, to);
                    before = ',';
                }
                to.append(before == '[' ? "[]" : "]");
            }
            case Json.Str(var text) -> quote(text, to);
            case Json.Num(var number) -> number(number, to);
            case Json.Bool(var flag) -> to.append(flag);
            case Json.Null _ -> to.append("null");
        }
    }

    private static void number(double number, StringBuilder to) {
        if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            to.append((long) number);
        } else if (Double.isFinite(number)) {
            to.append(number);
        } else {
            to.append("null");
        }
    }

    private static void quote(String text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (c < ' ' || Character.isSurrogate(c) && !paired(text, i)) {
                        to.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        to.append('"');
    }

    private static boolean paired(String text, int i) {
        char c = text.charAt(i);
        return Character.isHighSurrogate(c)
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
