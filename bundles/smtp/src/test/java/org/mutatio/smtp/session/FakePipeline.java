package org.mutatio.smtp.session;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.mutatio.api.pipeline.MailParameters;
import org.mutatio.api.pipeline.Pipeline;
import org.mutatio.api.pipeline.Session;
import org.mutatio.api.pipeline.SessionFacts;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// Takes mail for example.com, but for local parts that begin with `no`; `full@` is over quota, `picky@` refuses each
/// message, `wordy@` in 1,200 words, `bug@` makes a fault of ours, `leave@` is answered 421. Remembers everything.
final class FakePipeline implements Pipeline {

    /// One message that was taken.
    record Taken(String octets, ReversePath from, List<String> to, MailParameters parameters, String protocol) {}

    final List<Taken> taken = new ArrayList<>();
    final List<String> refused = new ArrayList<>();
    final List<MailId> read = new ArrayList<>();
    final List<MailId> kept = new ArrayList<>();
    final List<SessionFacts> facts = new ArrayList<>();
    final List<Map<String, String>> recipientParameters = new ArrayList<>();
    int openTransactions;
    int openSessions;
    int openSpools;
    boolean diskFull;
    String connectText = "not you";
    boolean faultAtMail;
    final Set<String> faults = new HashSet<>(); // calls that throw, by name; `write 2` is the second one
    int writes;
    long sizeLimit = Long.MAX_VALUE;
    private final Random random = new Random(7);

    private void fault(String call) {
        if (faults.contains(call)) {
            throw new IllegalStateException("a fault at " + call + ", on purpose");
        }
    }

    @Override
    public Session open(SessionFacts about) {
        facts.add(about);
        openSessions++;
        return new FakeSession(about);
    }

    private final class FakeSession implements Session {
        private final SessionFacts about;

        FakeSession(SessionFacts about) {
            this.about = about;
        }

        @Override
        public Optional<Reply> connect() {
            return about.client().getAddress().getHostAddress().equals("192.0.2.66")
                    ? Optional.of(Reply.of(554, "5.7.1", connectText))
                    : Optional.empty();
        }

        @Override
        public Optional<Reply> helo() {
            return about.helo().get().orElseThrow().equals("liar.test")
                    ? Optional.of(Reply.of(550, "5.7.1", "you are not"))
                    : Optional.empty();
        }

        @Override
        public void note(TraceStep step) {
            fault("note");
        }

        @Override
        public Transaction begin(ReversePath sender, MailParameters parameters) {
            if (faultAtMail) {
                throw new IllegalStateException("a fault at MAIL, on purpose");
            }
            openTransactions++;
            return new FakeTransaction(sender, parameters, about);
        }

        @Override
        public MailId refused(String outcome, String subject, Reply reply, String reason) {
            fault("session refused");
            refused.add(outcome + " " + reply.code());
            return MailId.of(Instant.EPOCH, random);
        }

        @Override
        public void answerRead(MailId id) {
            read.add(id);
        }

        @Override
        public void close() {
            openSessions--;
        }
    }

    private final class FakeTransaction implements Transaction {
        private final MailId id = MailId.of(Instant.ofEpochSecond(1_800_000_000), random);
        private final ReversePath from;
        private final MailParameters parameters;
        private final SessionFacts about;
        private final List<String> to = new ArrayList<>();
        private boolean closed;

        FakeTransaction(ReversePath from, MailParameters parameters, SessionFacts about) {
            this.from = from;
            this.parameters = parameters;
            this.about = about;
        }

        @Override
        public MailId id() {
            return id;
        }

        @Override
        public Optional<Reply> mail() {
            return from.toString().equals("<spammer@example.net>")
                    ? Optional.of(Reply.of(550, "5.7.1", "not you"))
                    : Optional.empty();
        }

        @Override
        public Reply recipient(MailAddress address, Map<String, String> more) {
            recipientParameters.add(more);
            if (!address.domain().ascii().equals("example.com")) {
                return Reply.of(550, "5.7.1", "no relay");
            }
            if (address.localPart().equals("leave")) {
                return Reply.of(421, "4.3.2", "leave");
            }
            if (address.localPart().startsWith("no")) {
                return Reply.of(550, "5.1.1", "no such user");
            }
            to.add(address.toString());
            return Reply.of(250, "2.1.5", "recipient ok");
        }

        @Override
        public Reply postmaster(Map<String, String> more) {
            to.add("postmaster");
            return Reply.of(250, "2.1.5", "recipient ok");
        }

        @Override
        public int recipients() {
            return to.size();
        }

        @Override
        public long sizeLimit() {
            fault("size limit");
            return sizeLimit;
        }

        @Override
        public Spool spool() throws StoreUnavailableException {
            if (diskFull) {
                throw new StoreUnavailableException(Reply.of(452, "4.3.1", "disk full"), "disk full, on purpose");
            }
            fault("spool");
            openSpools++;
            return new FakeSpool();
        }

        @Override
        public Answer message(Spool content, ByteBuffer summary) {
            if (to.contains("bug@example.com")) {
                throw new IllegalStateException("a fault at the message, on purpose");
            }
            List<Reply> each = new ArrayList<>();
            for (String one : to) {
                if (one.startsWith("wordy")) {
                    each.add(Reply.of(550, "5.7.1", "word ".repeat(1_199) + "(" + id + ")"));
                    continue;
                }
                each.add(
                        one.startsWith("picky")
                                ? Reply.of(550, "5.7.1", "I refuse é (" + id + ")")
                                : Reply.of(250, "2.0.0", "kept as " + id));
            }
            if (each.stream().noneMatch(Reply::positive)) {
                return new Answer(each.getFirst(), each, Optional.empty());
            }
            var spool = (FakeSpool) content;
            taken.add(new Taken(
                    spool.octets.toString(StandardCharsets.ISO_8859_1),
                    from,
                    List.copyOf(to),
                    parameters,
                    about.protocol().get()));
            kept.add(id);
            return new Answer(
                    Reply.of(250, "2.0.0", "kept as " + id),
                    each,
                    Optional.of(new Change.Delivered(id, false, List.of(), List.of())));
        }

        @Override
        public void note(TraceStep step) {
            fault("note");
        }

        @Override
        public void refused(Reply reply, String reason) {
            fault("refused");
            refused.add("message " + reply.code() + " " + reply.status());
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openTransactions--;
                fault("close");
            }
        }
    }

    private final class FakeSpool implements Spool, Octets {
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private boolean closed;
        private boolean fills;
        private boolean decided;

        private boolean begins() {
            return octets.toString(StandardCharsets.ISO_8859_1).startsWith("Fill: ");
        }

        @Override
        public void write(ByteBuffer more) throws StoreUnavailableException {
            if (diskFull) {
                throw new StoreUnavailableException(Reply.of(452, "4.3.1", "disk full"), "disk full, on purpose");
            }
            fault("write " + ++writes);
            byte[] copy = new byte[more.remaining()];
            more.get(copy);
            octets.writeBytes(copy);
            if (!decided && octets.size() >= 6) {
                decided = true;
                fills = begins();
            }
            if (fills && octets.size() > 100_000) {
                diskFull = true;
            }
        }

        @Override
        public long size() {
            return octets.size();
        }

        @Override
        public Octets content() {
            return this;
        }

        @Override
        public ByteBuffer sha256() {
            return ByteBuffer.allocate(32);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openSpools--;
                fault("close spool");
            }
        }

        @Override
        public int read(long offset, ByteBuffer into) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void transfer(long offset, long length, OutputStream to) throws IOException {
            to.write(octets.toByteArray(), (int) offset, (int) length);
        }

        @Override
        public InputStream stream(long offset, long length) {
            return new ByteArrayInputStream(octets.toByteArray(), (int) offset, (int) length);
        }
    }
}
