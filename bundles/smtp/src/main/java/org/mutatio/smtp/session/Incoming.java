package org.mutatio.smtp.session;

import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.mime.structure.Fact;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.smtp.protocol.Conversation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One message on its way in: counts, spools and scans what arrives. Once refused it takes octets and drops them, so
/// that the message is read to its end all the same. That holds for faults of ours, too: nothing is thrown in
/// the middle
/// of a message, or its rest would run as commands.
final class Incoming implements MessageScanner.Sink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Incoming.class);

    /// Why we do not take it.
    record Refusal(Reply reply, String reason) {}

    private final Transaction transaction;
    private final long limit;
    private final boolean sevenBit;
    private final long began;
    private final boolean refuseBare;
    private final MessageScanner scanner;
    private final StructureScanner structure = new StructureScanner();
    private @Nullable Spool spool;
    private @Nullable Refusal refusal;
    private long size;

    /// @param limit octets without stuffing
    /// @param sevenBit refuse what is not ASCII: it was not declared
    /// @param began on the session's clock
    Incoming(
            Transaction transaction,
            long limit,
            boolean dotted,
            BareLineEnds bareLineEnds,
            boolean sevenBit,
            long began) {
        this.transaction = transaction;
        this.limit = limit;
        this.sevenBit = sevenBit;
        this.began = began;
        this.scanner = new MessageScanner(dotted, bareLineEnds, this);
        this.refuseBare = bareLineEnds == BareLineEnds.REFUSE;
        try {
            spool = transaction.spool();
        } catch (StoreUnavailableException e) {
            refuse(e.reply(), e.getMessage());
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            fault(e);
        }
    }

    private void fault(Throwable fault) {
        LOG.error("event=message-failed id={}", transaction.id(), fault);
        refuse(SmtpSession.UNAVAILABLE, "fault of ours: " + fault);
    }

    Transaction transaction() {
        return transaction;
    }

    MessageScanner scanner() {
        return scanner;
    }

    long began() {
        return began;
    }

    long size() {
        return size;
    }

    @Nullable
    Refusal refusal() {
        return refusal;
    }

    void refuse(Reply reply, @Nullable String reason) {
        if (refusal == null) {
            refusal = new Refusal(reply, reason == null ? reply.text() : reason);
            close(); // memory and disk are free from here on
        }
    }

    @Override
    public void take(byte[] octets, int from, int length) {
        size += length;
        Spool into = spool;
        if (into == null) {
            return;
        }
        if (size > limit) {
            refuse(Conversation.tooLarge(limit), "more than " + limit + " octets arrived");
            return;
        }
        try {
            into.write(ByteBuffer.wrap(octets, from, length));
            structure.accept(octets, from, length);
        } catch (StoreUnavailableException e) {
            refuse(e.reply(), e.getMessage());
            return;
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            fault(e);
            return;
        }
        if (structure.longestLine() > StructureScanner.MAX_LINE) {
            refuse(Reply.of(550, "5.6.0", "a line is longer than " + StructureScanner.MAX_LINE + " octets"), null);
        }
    }

    /// A buffer was taken: is it still a message we want?
    void look() {
        if (refuseBare && scanner.bareSeen()) {
            refuse(Reply.of(550, "5.6.0", "bare CR or LF in the message; lines end with CR LF"), null);
        }
    }

    /// The message is whole.
    ///
    /// @return its summary, unless it is refused
    @Nullable
    ByteBuffer summary() {
        scanner.finish();
        look();
        if (refusal != null) {
            return null;
        }
        try {
            return checked();
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            fault(e);
            return null;
        }
    }

    private @Nullable ByteBuffer checked() {
        var summary = structure.finish();
        Set<Fact> facts = summary.facts();
        if (facts.contains(Fact.HEADER_BLOCK_TOO_LONG)
                || facts.contains(Fact.HEADER_TOO_LONG)
                || facts.contains(Fact.TOO_MANY_HEADERS)) {
            // Refused, never cut: a signature would break.
            refuse(Reply.of(550, "5.6.0", "the header is too long"), "header beyond limits: " + facts);
            return null;
        }
        if (sevenBit && (facts.contains(Fact.EIGHT_BIT_HEADER) || facts.contains(Fact.EIGHT_BIT_BODY))) {
            refuse(Reply.of(554, "5.6.3", "8-bit octets without BODY=8BITMIME"), null); // RFC 6152 section 3
            return null;
        }
        return ByteBuffer.wrap(summary.toBytes()).asReadOnlyBuffer();
    }

    Spool spool() {
        Spool held = spool;
        if (held == null) {
            throw new IllegalStateException("refused before");
        }
        return held;
    }

    @Override
    public void close() {
        Spool held = spool;
        spool = null;
        if (held == null) {
            return;
        }
        try {
            held.close();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn(
                    "event=spool-close-failed id={}", transaction.id(), e); // the store empties the folder at its start
        }
    }
}
