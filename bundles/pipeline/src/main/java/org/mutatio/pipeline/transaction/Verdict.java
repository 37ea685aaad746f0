package org.mutatio.pipeline.transaction;

import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;

/// What the filters of a stage made of it.
sealed interface Verdict {

    Verdict PASS = new Pass(false);

    /// Nobody objected.
    ///
    /// @param enough nobody else of this stage needs to be asked
    record Pass(boolean enough) implements Verdict {}

    /// 4xx or 5xx.
    ///
    /// @param by filter or rule
    record Refused(Reply reply, String by, String reason) implements Verdict {}

    record Quarantined(String by, String reason) implements Verdict {}

    record Discarded(String by, String reason) implements Verdict {}

    record Redirected(MailAddress to, String by, String reason) implements Verdict {}
}
