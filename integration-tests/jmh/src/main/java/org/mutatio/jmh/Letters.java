package org.mutatio.jmh;

import java.nio.charset.StandardCharsets;

/// Messages to measure with.
public final class Letters {

    private Letters() {}

    /// A message of two parts, lines of 78 octets, a dot at the beginning of each fiftieth.
    public static byte[] of(int size) {
        StringBuilder text = new StringBuilder("""
                From: Ann <ann@sender.test>
                To: Bo <bo@example.test>, "Cy, the third" <cy@example.test>
                Date: Tue, 1 Dec 2026 08:00:00 +0000
                Message-ID: <1@sender.test>
                Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
                MIME-Version: 1.0
                Content-Type: multipart/alternative; boundary="part"

                --part
                Content-Type: text/plain; charset=utf-8

                """.replace("\n", "\r\n"));
        int lines = 0;
        boolean second = false;
        while (text.length() < size) {
            if (!second && text.length() > size / 2) {
                text.append("--part\r\nContent-Type: text/html; charset=utf-8\r\n\r\n");
                second = true;
            }
            text.append(++lines % 50 == 0 ? "." : "");
            text.append("The post changed horses at the mutatio and rode on without stopping. 0123456\r\n");
        }
        text.append("--part--\r\n");
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
