package org.mutatio.mime.header;

import java.util.ArrayList;
import java.util.List;
import org.mutatio.mime.OctetStrings;

/// `name=value` of a structured field, quotes taken off.
///
/// @param name as written; ends with `*` when the value is extended (RFC 2231 section 4), continuations are
/// joined to one
/// @param value an octet string; of an extended one still `charset'language'percent-encoded`
public record Parameter(String name, String value) {

    public boolean extended() {
        return name.endsWith("*");
    }

    /// The words of a list such as Content-Language, comments taken out; RFC 3282.
    public static List<String> words(String list) {
        var words = new ArrayList<String>();
        int at = 0;
        while (at < list.length()) {
            at = Scan.skipComments(list, at);
            int from = at;
            while (at < list.length() && list.charAt(at) != ',' && list.charAt(at) != '(') {
                at++;
            }
            String word = OctetStrings.trim(list.substring(from, at));
            if (!word.isEmpty()) {
                words.add(word);
            }
            at = Scan.skipComments(list, at);
            if (at < list.length() && list.charAt(at) == ',') {
                at++;
            }
        }
        return words;
    }
}
