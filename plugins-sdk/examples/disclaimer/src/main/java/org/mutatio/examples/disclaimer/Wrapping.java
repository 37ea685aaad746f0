package org.mutatio.examples.disclaimer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.mutatio.sdk.mail.Headers;
import org.mutatio.sdk.mail.Mail;

/// Makes a multipart/mixed of the message as it is and a text: for mail that has no text of its own, a
/// picture or a PDF.
final class Wrapping {
    private Wrapping() {}

    static void apply(Mail mail, Wording wording) throws IOException {
        // of the mail id: no line of the message can begin with it by chance
        String boundary = "=_disclaimer_" + mail.id();
        var head = new StringBuilder("--").append(boundary).append("\r\n");
        for (Headers.Field field : mail.headers().fields()) {
            if (field.name().regionMatches(true, 0, "Content-", 0, 8)) {
                head.append(field.name()).append(':').append(field.raw()).append("\r\n");
            }
        }
        head.append("\r\n");
        String tail = "\r\n--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Transfer-Encoding: base64\r\nContent-Disposition: inline\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(wording.plain().strip().getBytes(StandardCharsets.UTF_8))
                + "\r\n--" + boundary + "--\r\n";
        try (InputStream before = mail.root().raw().stream();
                InputStream body = new SequenceInputStream(
                        Collections.enumeration(List.of(octets(head.toString()), before, octets(tail))))) {
            mail.edits().replaceBody(body);
        }
        for (String name : List.of(
                "Content-Transfer-Encoding",
                "Content-Disposition",
                "Content-Description",
                "Content-ID",
                "Content-Language",
                "Content-Location",
                "Content-MD5")) {
            mail.edits().removeHeaders(name);
        }
        mail.edits().replaceHeader("Content-Type", "multipart/mixed; boundary=\"" + boundary + "\"");
        mail.edits().replaceHeader("MIME-Version", "1.0");
    }

    private static InputStream octets(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
