package org.mutatio.pipeline.mail;

import java.util.List;
import org.mutatio.sdk.mail.Envelope;
import org.mutatio.sdk.mail.Recipient;
import org.mutatio.sdk.mail.ReversePath;

/// The envelope as it was when a filter was called.
public record SeenEnvelope(ReversePath sender, List<Recipient> recipients, long declaredSize, boolean smtpUtf8)
        implements Envelope {
    public SeenEnvelope {
        recipients = List.copyOf(recipients);
    }
}
