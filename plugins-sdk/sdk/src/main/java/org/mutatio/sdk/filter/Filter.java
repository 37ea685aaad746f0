package org.mutatio.sdk.filter;

import org.mutatio.sdk.mail.Envelope;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.Peer;
import org.mutatio.sdk.mail.Recipient;
import org.mutatio.sdk.mail.ReversePath;
import org.osgi.annotation.versioning.ConsumerType;

/// Judges or changes mail. A DS service with [FilterInfo]; implement the methods of the stages it names there.
///
/// Calls come from many threads at once. Keep no message beyond the call. An exception of any kind, also an Error, or a
/// missed deadline is a fault: the filter's `onFailure` says what becomes of the message.
@ConsumerType
public interface Filter {

    /// The record that its settings fill ([FilterContext#settings]), so that a policy with a wrong key or type is
    /// refused when it is loaded and not when mail arrives.
    default Class<? extends Record> settings() {
        return NoSettings.class;
    }

    /// Of a filter without settings.
    record NoSettings() {}

    default Decision connect(Peer peer, FilterContext context) throws Exception {
        return Decision.next();
    }

    default Decision helo(Peer peer, FilterContext context) throws Exception {
        return Decision.next();
    }

    default Decision mail(Peer peer, ReversePath sender, FilterContext context) throws Exception {
        return Decision.next();
    }

    default Decision recipient(Peer peer, Envelope envelope, MailAddress recipient, FilterContext context)
            throws Exception {
        return Decision.next();
    }

    default Decision message(Mail mail, FilterContext context) throws Exception {
        return Decision.next();
    }

    /// @param recipient the one whose mailbox it would go to
    default Decision deliver(Mail mail, Recipient recipient, FilterContext context) throws Exception {
        return Decision.next();
    }

    /// @param destination `lane` of the queue: transport and destination, `smtp:mx-eu.example.com:25`
    default Decision send(Mail mail, String destination, FilterContext context) throws Exception {
        return Decision.next();
    }

    /// @param outcome `kept`, `queued`, `quarantined`, `rejected`, `deferred` or `discarded`, the last reply behind it
    default void done(Mail mail, String outcome, FilterContext context) throws Exception {}
}
