package org.mutatio.mime.structure;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/// Messages for properties: lines that matter to the scanner, in any order.
final class Messages {
    private static final List<String> LINES = List.of(
            "",
            "--a",
            "--a--",
            "--ab",
            "--ab--",
            "--",
            "-",
            "---a",
            "text",
            " continued",
            "\t",
            "Subject: hello =?utf-8?q?w=C3=B6rld?=",
            "To: a@b.test, \"c\" <d@e.test>",
            "Content-Type: multipart/mixed; boundary=a",
            "Content-Type: multipart/mixed; boundary=ab",
            "Content-Type: multipart/digest; boundary=\"a\"",
            "Content-Type: multipart/mixed",
            "Content-Type: message/rfc822",
            "Content-Type: message/global",
            "Content-Type: text/html; charset=\"x\"; name*0*=utf-8''%C3; name*1*=%A4",
            "Content-Type: nonsense",
            "Content-Transfer-Encoding: base64",
            "Content-Disposition: attachment; filename=a.txt",
            "\0",
            "\u00e4\u00f6",
            "bare\rreturn",
            "a rather long line that is here so that whole words of eight octets can be skipped by the scanner",
            "x");

    private Messages() {}

    static Arbitrary<byte[]> messages() {
        Arbitrary<String> line = Arbitraries.of(LINES);
        Arbitrary<String> end = Arbitraries.frequency(
                net.jqwik.api.Tuple.of(8, "\r\n"), net.jqwik.api.Tuple.of(3, "\n"), net.jqwik.api.Tuple.of(1, "\r"));
        Arbitrary<String> whole = net.jqwik.api.Combinators.combine(line, end).as((text, eol) -> text + eol);
        return whole.list().ofMaxSize(60).map(lines -> String.join("", lines).getBytes(StandardCharsets.ISO_8859_1));
    }
}
