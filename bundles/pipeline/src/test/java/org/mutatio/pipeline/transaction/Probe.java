package org.mutatio.pipeline.transaction;

import java.util.concurrent.atomic.AtomicInteger;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.mail.Envelope;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.Peer;
import org.mutatio.sdk.mail.Recipient;
import org.mutatio.sdk.mail.ReversePath;

/// A filter that does at every stage what a test says.
final class Probe implements Filter {

    /// At any stage.
    interface Body {
        Decision ask(FilterContext context) throws Exception;
    }

    /// With the mail.
    interface MailBody {
        Decision ask(Mail mail, FilterContext context) throws Exception;
    }

    final AtomicInteger calls = new AtomicInteger();
    private final MailBody body;
    private final Body early;
    private Class<? extends Record> settings = NoSettings.class;

    private Probe(MailBody body, Body early) {
        this.body = body;
        this.early = early;
    }

    static Probe of(MailBody body) {
        return new Probe(body, _ -> Decision.next());
    }

    static Probe early(Body body) {
        return new Probe((_, context) -> body.ask(context), body);
    }

    Probe withSettings(Class<? extends Record> type) {
        settings = type;
        return this;
    }

    @Override
    public Class<? extends Record> settings() {
        return settings;
    }

    private Decision early(FilterContext context) throws Exception {
        calls.incrementAndGet();
        return early.ask(context);
    }

    private Decision late(Mail mail, FilterContext context) throws Exception {
        calls.incrementAndGet();
        return body.ask(mail, context);
    }

    @Override
    public Decision connect(Peer peer, FilterContext context) throws Exception {
        return early(context);
    }

    @Override
    public Decision helo(Peer peer, FilterContext context) throws Exception {
        return early(context);
    }

    @Override
    public Decision mail(Peer peer, ReversePath sender, FilterContext context) throws Exception {
        return early(context);
    }

    @Override
    public Decision recipient(Peer peer, Envelope envelope, MailAddress recipient, FilterContext context)
            throws Exception {
        return early(context);
    }

    @Override
    public Decision message(Mail mail, FilterContext context) throws Exception {
        return late(mail, context);
    }

    @Override
    public Decision deliver(Mail mail, Recipient recipient, FilterContext context) throws Exception {
        return late(mail, context);
    }

    @Override
    public Decision send(Mail mail, String destination, FilterContext context) throws Exception {
        return late(mail, context);
    }

    @Override
    public void done(Mail mail, String outcome, FilterContext context) throws Exception {
        late(mail, context);
    }
}
