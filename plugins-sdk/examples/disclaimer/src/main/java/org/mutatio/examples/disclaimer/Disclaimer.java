package org.mutatio.examples.disclaimer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.mutatio.sdk.filter.Change;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.filter.FilterInfo;
import org.mutatio.sdk.filter.OnFailure;
import org.mutatio.sdk.filter.Phase;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.mail.Part;
import org.mutatio.sdk.settings.Default;
import org.osgi.service.component.annotations.Component;

/// Puts a text below what the users of a domain send. Only mail of users who are logged in gets it, and only where
/// the policy of their domain has a text.
///
/// Signed and encrypted mail is left alone, for any change would break it: multipart/signed, multipart/encrypted,
/// S/MIME, PGP inside of a text, and what carries a DKIM or ARC signature already.
@Component(service = Filter.class)
@FilterInfo(
        name = "disclaimer",
        stage = Stage.MESSAGE,
        phase = Phase.REWRITE,
        changes = {Change.BODY, Change.HEADERS},
        onFailure = OnFailure.OPEN,
        deadline = "5 s")
public final class Disclaimer implements Filter {
    private static final List<String> SIGNED =
            List.of("multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime");
    private static final List<String> SIGNATURES = List.of("DKIM-Signature", "ARC-Message-Signature");

    /// `[filters.disclaimer]` of a policy.
    ///
    /// @param text empty: nothing is added
    /// @param html the same in HTML; empty: made from `text`
    public record Settings(
            @Default("") String text, @Default("") String html) {
        public Settings {
            if (text.isBlank() && !html.isBlank()) {
                throw new IllegalArgumentException("text is wanted, too: not all mail is HTML");
            }
        }
    }

    @Override
    public Class<? extends Record> settings() {
        return Settings.class;
    }

    @Override
    public Decision message(Mail mail, FilterContext context) throws IOException {
        Settings settings = context.settings(Settings.class);
        if (settings.text().isBlank() || mail.peer().account().isEmpty()) {
            return Decision.next();
        }
        Optional<String> reason = untouchable(mail);
        if (reason.isPresent()) {
            context.note("left alone: " + reason.get());
            return Decision.next();
        }
        var wording = new Wording(settings.text(), settings.html());
        List<Part> texts = Texts.of(mail.root());
        if (texts.isEmpty()) {
            Wrapping.apply(mail, wording);
            return Decision.next().because("added as a part of its own");
        }
        int changed = 0;
        for (Part text : texts) {
            Optional<byte[]> longer = wording.under(text);
            if (longer.isPresent()) {
                mail.edits().replacePart(text.number(), new ByteArrayInputStream(longer.get()));
                changed++;
            }
        }
        return Decision.next().because("added to " + changed + " of " + texts.size() + " texts");
    }

    private static Optional<String> untouchable(Mail mail) {
        for (String signature : SIGNATURES) {
            if (mail.headers().first(signature).isPresent()) {
                return Optional.of(signature);
            }
        }
        return signed(mail.root());
    }

    private static Optional<String> signed(Part part) { // as deep as the server opens parts
        if (SIGNED.contains(part.contentType())) {
            return Optional.of(part.contentType());
        }
        if (part.contentType().startsWith("text/")) {
            boolean pgp = part.text(Wording.LONGEST).contains("-----BEGIN PGP ");
            return pgp ? Optional.of("PGP in part " + part.number()) : Optional.empty();
        }
        if (part.contentType().toLowerCase(Locale.ROOT).startsWith("message/")) {
            return Optional.empty(); // an attached message is somebody else's, and stays as it is
        }
        for (Part child : part.children()) {
            Optional<String> inside = signed(child);
            if (inside.isPresent()) {
                return inside;
            }
        }
        return Optional.empty();
    }
}
