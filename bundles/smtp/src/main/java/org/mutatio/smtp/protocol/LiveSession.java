package org.mutatio.smtp.protocol;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.api.pipeline.Session;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.sdk.reply.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The session at whatever pipeline is live: opened anew when that one was replaced since the last step.
final class LiveSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveSession.class);

    private final Supplier<Pipeline> live;
    private SessionFacts facts;
    private @Nullable Pipeline openedBy;
    private @Nullable Session session;

    LiveSession(Supplier<Pipeline> live, SessionFacts facts) {
        this.live = live;
        this.facts = facts;
    }

    Optional<Reply> connect() {
        return get().connect();
    }

    /// @throws org.mutatio.current.AbsentServiceException no pipeline came in time
    @SuppressWarnings("ReferenceEquality") // another object is another pipeline
    Session get() {
        Pipeline pipeline = live.get();
        Session open = session;
        if (open != null && openedBy == pipeline) {
            return open;
        }
        close();
        open = pipeline.open(facts);
        session = open;
        openedBy = pipeline;
        return open;
    }

    /// The open one, if there is one: for what is not worth waiting for.
    Optional<Session> opened() {
        return Optional.ofNullable(session);
    }

    /// Somebody else is at the other end (XCLIENT).
    void become(SessionFacts other) {
        close();
        facts = other;
    }

    @Override
    public void close() {
        Session open = session;
        session = null;
        openedBy = null;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (RuntimeException | LinkageError e) {
            // The pipeline that gave it may be gone by now.
            LOG.warn("event=pipeline-session-close-failed session={} reason=\"{}\"", facts.sessionId(), e.toString());
        }
    }
}
