package org.mutatio.examples.attachmentlimit;

import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.filter.FilterInfo;
import org.mutatio.sdk.filter.OnFailure;
import org.mutatio.sdk.filter.Phase;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.Attachments;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.Default;
import org.osgi.service.component.annotations.Component;

/// Refuses messages whose attachments add up to more than the recipient's domain allows; their real size counts, not
/// the third more that base64 makes of it.
@Component(service = Filter.class)
@FilterInfo(
        name = "attachment-limit",
        stage = Stage.MESSAGE,
        phase = Phase.CONTENT,
        onFailure = OnFailure.DEFER,
        deadline = "5 s")
public final class AttachmentLimit implements Filter {

    /// `[filters.attachment-limit]` of a policy.
    ///
    /// @param max all attachments of one message together
    /// @param count how many there may be
    public record Settings(
            @Default("20 MB") DataSize max, @Default("100") int count) {
        public Settings {
            if (count < 0) {
                throw new IllegalArgumentException("count cannot be negative: " + count);
            }
        }
    }

    @Override
    public Class<? extends Record> settings() {
        return Settings.class;
    }

    @Override
    public Decision message(Mail mail, FilterContext context) {
        Settings settings = context.settings(Settings.class);
        Attachments attachments = mail.attachments();
        if (attachments.all().size() > settings.count()) {
            return Decision.reject(Reply.of(552, "5.3.4", "more than " + settings.count() + " attachments"))
                    .because(attachments.all().size() + " attachments, count = " + settings.count());
        }
        DataSize total = attachments.totalSize();
        if (total.compareTo(settings.max()) > 0) {
            return Decision.reject(Reply.of(552, "5.3.4", "attachments exceed " + settings.max()))
                    .because(total + " of attachments, max = " + settings.max());
        }
        return Decision.next();
    }
}
