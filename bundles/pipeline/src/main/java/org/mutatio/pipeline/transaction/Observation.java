package org.mutatio.pipeline.transaction;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.mime.structure.Summary;
import org.mutatio.pipeline.filters.Pins;
import org.mutatio.pipeline.mail.Draft;
import org.mutatio.pipeline.mail.Facts;
import org.mutatio.pipeline.mail.FilterMail;
import org.mutatio.pipeline.mail.MemoryOctets;
import org.mutatio.pipeline.mail.ReceivedMessage;
import org.mutatio.pipeline.mail.SeenEnvelope;
import org.mutatio.pipeline.mail.SeenPeer;
import org.mutatio.pipeline.trace.TraceLog;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells DONE filters of one message. What was kept is read from the store; of what was not only the header is left.
record Observation(
        MailPipeline pipeline,
        MailId id,
        SeenPeer peer,
        SeenEnvelope envelope,
        Ruling ruling,
        Summary summary,
        MemoryOctets header,
        String outcome,
        boolean kept)
        implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Observation.class);

    @Override
    public void run() {
        Facts facts = new Facts();
        try (Pins pins = new Pins(pipeline.filters());
                ReceivedMessage message = message()) {
            Draft draft = Draft.of(message);
            MailHearing.Desk desk = new MailHearing.Desk() {
                @Override
                public Draft draft() {
                    return draft;
                }

                @Override
                public void draft(Draft changed) {
                    throw new IllegalStateException("an observer declares no changes that count");
                }
            };
            pipeline.asking()
                    .askMail(
                            Stage.DONE,
                            pins,
                            ruling,
                            id.text(),
                            "",
                            new TraceLog(),
                            () -> pipeline.limits().deadline(),
                            filter -> new MailHearing(
                                    new FilterMail(id, peer, envelope, draft, facts, Set.of(), 0),
                                    desk,
                                    (asked, mail, context) -> {
                                        asked.done(mail, outcome, context);
                                        return Decision.next();
                                    }));
        } catch (IOException | StoreUnavailableException | RuntimeException e) {
            log.warn("event=observers.fault id={} reason=\"{}\"", id, e.toString());
        } finally {
            facts.clear();
        }
    }

    private ReceivedMessage message() throws IOException, StoreUnavailableException {
        Optional<MailStore> store = kept ? pipeline.services().store().now() : Optional.empty();
        Optional<Octets> octets = store.isPresent() ? store.get().original(id) : Optional.empty();
        return octets.isPresent() ? ReceivedMessage.of(octets.get(), summary) : ReceivedMessage.of(header);
    }
}
