package org.mutatio.store.commit;

import java.text.Normalizer;
import org.mutatio.api.store.RefusedChangeException;

/// Names of mailboxes; RFC 9051 section 5.1: NFC, `/` between levels, INBOX in any case is INBOX.
public final class MailboxNames {

    private static final int LONGEST = 255;

    private MailboxNames() {}

    /// @throws RefusedChangeException CANNOT, says why
    public static String valid(String name) throws RefusedChangeException {
        String normal = canonical(name);
        if (normal.isEmpty() || normal.length() > LONGEST) {
            throw cannot("a mailbox name has 1 to " + LONGEST + " characters");
        }
        if (normal.startsWith("/") || normal.endsWith("/") || normal.contains("//")) {
            throw cannot("a mailbox name has no empty level");
        }
        if (normal.codePoints().anyMatch(c -> c < ' ' || c == 127 || c == 0x2028 || c == 0x2029 || c == 0xFFFD)) {
            throw cannot("a mailbox name has no control characters");
        }
        return normal;
    }

    /// NFC, and INBOX in capitals as the first level.
    public static String canonical(String name) {
        String normal = Normalizer.normalize(name, Normalizer.Form.NFC);
        int slash = normal.indexOf('/');
        String first = slash < 0 ? normal : normal.substring(0, slash);
        return first.equalsIgnoreCase("INBOX") ? "INBOX" + normal.substring(first.length()) : normal;
    }

    private static RefusedChangeException cannot(String why) {
        return new RefusedChangeException(RefusedChangeException.Refusal.CANNOT, why);
    }
}
