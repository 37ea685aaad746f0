package org.mutatio.pipeline.mail;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.sdk.filter.Change;
import org.mutatio.sdk.mail.Attachments;
import org.mutatio.sdk.mail.Edits;
import org.mutatio.sdk.mail.Envelope;
import org.mutatio.sdk.mail.Headers;
import org.mutatio.sdk.mail.Mail;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.mail.Part;
import org.mutatio.sdk.mail.Peer;

/// A message for one call of one filter: reads the [Draft] that the filters before it left, records what this one
/// wants.
///
/// [#end] closes it: what the filter does with it later is refused. Nothing that it recorded counts before the caller
/// has taken it from there.
public final class FilterMail implements Mail {

    private final MailId id;
    private final Peer peer;
    private final Envelope envelope;
    private final Draft draft;
    private final Facts known;
    private final Facts left = new Facts();
    private final RecordedEdits edits;
    private volatile @Nullable Attachments attachments;
    private volatile boolean ended;

    /// @param facts of the filters before; not changed before [#keepFacts]
    /// @param allowed what the filter declared
    /// @param bodyLimit largest new body or part, in octets
    public FilterMail(
            MailId id, Peer peer, Envelope envelope, Draft draft, Facts facts, Set<Change> allowed, long bodyLimit) {
        this.id = id;
        this.peer = peer;
        this.envelope = envelope;
        this.draft = draft;
        this.known = facts;
        this.edits = new RecordedEdits(allowed, bodyLimit);
    }

    /// The call is over, well or not.
    ///
    /// @return the edits it asked for
    public List<Edit> end() {
        ended = true;
        return edits.end();
    }

    /// Edits that were refused since they were not declared.
    public List<String> violations() {
        return edits.violations();
    }

    /// The call went well: its facts are there for the filters behind it.
    public void keepFacts() {
        known.takeAll(left);
    }

    @Override
    public MailId id() {
        return id;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public Envelope envelope() {
        return envelope;
    }

    @Override
    public Octets octets() {
        return draft.received().octets();
    }

    @Override
    public Headers headers() {
        return draft.headers();
    }

    @Override
    public Part root() {
        return draft.root();
    }

    @Override
    public Attachments attachments() {
        Attachments found = attachments;
        if (found == null) {
            found = MailAttachments.of(draft.root());
            attachments = found;
        }
        return found;
    }

    @Override
    public Edits edits() {
        return edits;
    }

    @Override
    public <T> Optional<T> fact(Class<T> type) {
        return left.find(type).or(() -> known.find(type));
    }

    @Override
    public <T> void addFact(Class<T> type, T fact) {
        if (ended) {
            throw new UndeclaredEditException("the call has ended: a fact comes too late");
        }
        left.put(type, fact);
    }

    @Override
    public <T> T as(Class<T> type) {
        return JakartaMail.parse(draft.whole(), type);
    }
}
