package org.mutatio.examples.disclaimer;

import java.util.ArrayList;
import java.util.List;
import org.mutatio.sdk.mail.Part;

/// The leaves that a reader sees as the message's text: one of them, or each alternative of it.
final class Texts {
    private Texts() {}

    static List<Part> of(Part root) {
        var found = new ArrayList<Part>();
        collect(root, found);
        return found;
    }

    private static void collect(Part part, List<Part> found) { // as deep as the server opens parts
        switch (part.contentType()) {
            case "text/plain", "text/html" -> {
                if (!part.disposition().filter("attachment"::equals).isPresent()) {
                    found.add(part);
                }
            }
            case "multipart/alternative" ->
                part.children().forEach(child -> collect(child, found)); // RFC 2046 section 5.1.4
            default -> {
                // the text comes first, what follows is attached to it (RFC 2046 section 5.1.3, RFC 2387)
                if (part.contentType().startsWith("multipart/")
                        && !part.children().isEmpty()) {
                    collect(part.children().getFirst(), found);
                }
            }
        }
    }
}
