package org.mutatio.smtp.protocol;

/// Verbs and keywords compare in any case, but as ASCII (RFC 5321 section 2.4). [String#toUpperCase] would make `S` of
/// a long s and `ST` of a ligature, so that other words were taken for ours, and lengths changed on the way.
final class Ascii {

    private Ascii() {}

    /// As long as the text.
    static String upper(String text) {
        StringBuilder upper = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            upper.append(c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
        }
        return upper.toString();
    }

    /// @param word in capitals
    static boolean same(String text, String word) {
        return upper(text).equals(word);
    }

    /// Whether the text goes on with that word.
    ///
    /// @param word in capitals
    static boolean at(String text, int from, String word) {
        return text.length() - from >= word.length() && same(text.substring(from, from + word.length()), word);
    }
}
