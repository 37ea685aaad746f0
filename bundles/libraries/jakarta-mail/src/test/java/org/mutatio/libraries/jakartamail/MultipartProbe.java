package org.mutatio.libraries.jakartamail;

import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;

/// Does what a plugin does: writes a message of several parts, reads it again. Loaded in the test as if by a plugin.
public final class MultipartProbe implements Callable<String> {

    @Override
    public String call() throws Exception {
        Session session = Session.getInstance(new Properties());
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress("bo@example.net", "Bö"));
        message.setSubject("Grüße");
        MimeBodyPart text = new MimeBodyPart();
        text.setText("héllo", "utf-8");
        MimeBodyPart file = new MimeBodyPart();
        file.setContent(new byte[] {1, 2, 3}, "application/octet-stream");
        file.setFileName("a.bin");
        file.setDisposition(Part.ATTACHMENT);
        MimeMultipart parts = new MimeMultipart(text, file);
        message.setContent(parts);
        message.saveChanges();
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        message.writeTo(octets);

        MimeMessage read = new MimeMessage(session, new ByteArrayInputStream(octets.toByteArray()));
        MimeMultipart content = (MimeMultipart) read.getContent();
        byte[] attached = content.getBodyPart(1).getInputStream().readAllBytes();
        return read.getSubject() + "|" + content.getCount() + "|"
                + content.getBodyPart(0).getContent() + "|"
                + content.getBodyPart(1).getFileName() + "|" + attached.length + "|"
                + new String(octets.toByteArray(), StandardCharsets.US_ASCII)
                        .toLowerCase(Locale.ROOT)
                        .contains("subject: =?utf-8?");
    }
}
