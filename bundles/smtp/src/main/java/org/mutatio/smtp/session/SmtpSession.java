package org.mutatio.smtp.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.pipeline.Transaction;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.net.Connection;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.smtp.protocol.Command;
import org.mutatio.smtp.protocol.CommandParser;
import org.mutatio.smtp.protocol.Conversation;
import org.mutatio.smtp.protocol.Turn;
import org.mutatio.smtp.protocol.Verb;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.DropConnectionException;
import org.subethamail.smtp.server.Session;

/// One connection's session: does what [Conversation] decides. The library's session loop calls [#execute] for each
/// line.
///
/// Threads: one, virtual, its own; [#wake] may come from any. Faults: what a client or the network causes ends in a
/// reply or in silence, with one log line. Anything else is caught in [#execute], logged once with its stack, and
/// answered 451 4.3.0, so that a bug of ours bounces no mail.
final class SmtpSession {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpSession.class);

    /// How much more than the limit is read away of a message that is too large, before we close instead.
    private static final long MOST_EXCESS = 256L * 1024 * 1024;

    private static final int MOST_ROUNDS = 16;

    /// Commands that are answered after a refused greeting.
    private static final int MOST_ASIDE = 20;

    static final Reply UNAVAILABLE = Reply.of(451, "4.3.0", "not now, try again later");

    private final Connection connection;
    private final Conversation conversation;
    private final CommandParser parser;
    private final Pace pace;
    private final BareLineEnds bareLineEnds;
    private final SmtpMeters meters;
    private final LongSupplier nanos;
    private final HeldOutput out;
    private final Intake intake;
    private final LineGate gate;

    private @Nullable Incoming incoming; // of a BDAT message that goes on
    private @Nullable MailId unread; // the mail whose final reply was not yet seen to be read
    private boolean earlyOctets; // octets or a close came before that reply left: they prove nothing
    private boolean unwelcome; // refused in place of the greeting
    private boolean chunkTaken; // what came behind the BDAT was read, or is being read
    private boolean inMessage; // octets of a message are being read

    SmtpSession(
            Connection connection,
            Conversation conversation,
            CommandParser parser,
            Pace pace,
            BareLineEnds bareLineEnds,
            SmtpMeters meters,
            Buffers buffers,
            LongSupplier nanos)
            throws IOException {
        this.connection = connection;
        this.conversation = conversation;
        this.parser = parser;
        this.pace = pace;
        this.bareLineEnds = bareLineEnds;
        this.meters = meters;
        this.nanos = nanos;
        this.out = new HeldOutput(connection.socket().getOutputStream());
        this.intake = new Intake(connection, out, buffers, nanos);
        this.gate = new LineGate(
                intake, pace, nanos, () -> conversation.transaction().isPresent());
        intake.onOctets(this::octetsCame);
        intake.onWait(this::repliesLeft);
    }

    /// Returns when the conversation is over.
    void run(Frame frame) throws IOException {
        try {
            frame.run(new GateSocket(this, gate, out, conversation.client()));
            if (unwelcome) {
                untilQuit();
            }
        } finally {
            if (gate.heard() instanceof Heard.Gone(boolean inOrder) && inOrder) {
                octetsCame(); // an orderly close after the reply proves as much as an octet
            }
            dropIncoming();
            end();
            out.send();
            intake.close();
        }
    }

    /// RFC 5321 section 3.1: who was refused in place of the greeting says QUIT before we close, and hears 503
    /// until then.
    /// Closing on octets not yet read could also cost him the refusal. A minute is enough for that.
    private void untilQuit() {
        gate.endBy(nanos.getAsLong() + pace.line().toNanos());
        for (int i = 0; i < MOST_ASIDE; i++) {
            switch (gate.aside()) {
                case Heard.Line(var text)
                when Verb.of(text) == Verb.QUIT -> {
                    aside(Reply.of(221, "2.0.0", "closing"));
                    return;
                }
                case Heard.Line _, Heard.Bad _ -> aside(Reply.of(503, "5.5.1", "no service for you; say QUIT"));
                case Heard.Over over -> {
                    aside(over.reply());
                    return;
                }
                case Heard.Gone _ -> {
                    return;
                }
            }
        }
    }

    private void aside(Reply reply) {
        byte[] line = (Conversation.line(reply, false) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        out.write(line, 0, line.length);
    }

    private void end() {
        try {
            conversation.end();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("event=session-end-failed session={}", connection.id(), e);
        }
    }

    /// Looks whether the bundle is being replaced; from any thread.
    void wake() {
        connection.wake();
    }

    /// CONNECT filters.
    Optional<Reply> refusesGreeting() {
        try {
            Optional<Reply> refusal = conversation.connect();
            refusal.ifPresent(reply -> meters.refused("connect", reply));
            unwelcome = refusal.filter(reply -> reply.code() != 421).isPresent();
            return refusal;
        } catch (AbsentServiceException e) {
            LOG.warn("event=no-pipeline session={} reason=\"{}\"", connection.id(), e.getMessage());
            return Optional.of(Reply.of(421, "4.3.2", "not now, come back"));
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOG.error("event=connect-failed session={}", connection.id(), e);
            return Optional.of(Reply.of(421, "4.3.0", "not now, come back"));
        }
    }

    /// Answers the line that the gate holds.
    void execute(Session library) throws IOException, DropConnectionException {
        switch (gate.heard()) {
            case Heard.Line(var text) -> execute(command(text), library);
            case Heard.Bad(var reply, var reason) -> execute(new Command.Malformed(reply, reason), library);
            case Heard.Over over -> {
                LOG.info(
                        "event=session-cut session={} client={} reason=\"{}\"",
                        connection.id(),
                        address(),
                        over.reason());
                throw farewell(over.reply());
            }
            case Heard.Gone _ -> gate.shut();
        }
    }

    /// A fault in our parser costs one command, not the session.
    private Command command(String text) {
        try {
            return parser.parse(text, conversation.offered());
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOG.error("event=parse-failed session={}", connection.id(), e);
            return new Command.Malformed(UNAVAILABLE, "fault of ours");
        }
    }

    private String address() {
        return conversation.client().getAddress().getHostAddress();
    }

    private void execute(Command command, Session library) throws IOException, DropConnectionException {
        chunkTaken = false;
        inMessage = false;
        try {
            perform(command, conversation.answer(command), library);
        } catch (AbsentServiceException e) {
            LOG.warn("event=service-absent session={} reason=\"{}\"", connection.id(), e.getMessage());
            unavailable(command, library);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOG.error("event=command-failed session={} command={}", connection.id(), name(command), e);
            unavailable(command, library);
        }
        Incoming open = incoming;
        if (open != null
                && conversation.transaction().filter(open.transaction()::equals).isEmpty()) {
            dropIncoming(); // RSET, EHLO, STARTTLS or a refusal ended it
        }
    }

    private static String name(Command command) {
        return command.getClass().getSimpleName();
    }

    private void unavailable(Command command, Session library) throws IOException, DropConnectionException {
        if (inMessage) {
            // Where it ends is not known any more, and its rest must not run as commands.
            throw farewell(Reply.of(421, "4.3.0", "not now, come back"));
        }
        if (!(command instanceof Command.Chunk chunk)) {
            library.sendResponse(Conversation.line(UNAVAILABLE, false));
            return;
        }
        if (!chunkTaken && !skip(chunk.size())) {
            return;
        }
        // RFC 3030 section 2: a message that lacks a chunk must not go on.
        send(
                chunk.last()
                        ? conversation.refused(UNAVAILABLE, "fault of ours")
                        : conversation.refusedBeforeItsEnd(UNAVAILABLE, "fault of ours"),
                library);
    }

    private void send(List<String> lines, Session library) throws IOException {
        library.sendResponse(String.join("\r\n", lines));
        if (lines.getLast().startsWith("421")) {
            gate.shut(); // RFC 5321 section 3.8: whoever chose it, we close
        }
    }

    private void dropIncoming() {
        Incoming open = incoming;
        incoming = null;
        if (open != null) {
            open.close();
        }
    }

    private void perform(Command command, Turn turn, Session library) throws IOException, DropConnectionException {
        switch (turn) {
            case Turn.Say(var reply) -> say(command, reply, library);
            case Turn.Lines(var lines) -> send(lines, library);
            case Turn.Farewell(var reply) -> {
                counted(command, reply);
                throw farewell(reply);
            }
            case Turn.Encrypt(var goAhead) -> encrypt(goAhead, library);
            case Turn.ReadData data -> readData(data, library);
            case Turn.ReadChunk chunk -> readChunk(chunk, library);
            case Turn.Skip(var size, var reply, var copies) -> {
                chunkTaken = true;
                inMessage = true;
                if (skip(size)) {
                    inMessage = false;
                    for (int i = 0; i < copies; i++) {
                        say(command, reply, library);
                    }
                }
            }
            case Turn.Exchange exchange -> authenticate(exchange, library);
            case Turn.Regreet _ -> {
                Optional<Reply> refusal = refusesGreeting();
                unwelcome = false; // a proxy of ours needs no patience
                if (refusal.isPresent()) {
                    throw farewell(refusal.get());
                }
                library.sendResponse("220 " + library.getServer().getHostName() + " ESMTP " + Frame.SOFTWARE);
            }
        }
    }

    private static DropConnectionException farewell(Reply reply) {
        return new DropConnectionException(reply.code(), Conversation.parting(reply));
    }

    private void say(Command command, Reply reply, Session library) throws IOException {
        counted(command, reply);
        library.sendResponse(Conversation.line(reply, conversation.smtpUtf8()));
    }

    private void counted(Command command, Reply reply) {
        if (reply.positive()) {
            return;
        }
        String stage = switch (command) {
            case Command.Hello _ -> "helo";
            case Command.Mail _ -> "mail";
            case Command.Recipient _ -> "rcpt";
            case Command.Data _, Command.Chunk _ -> "data";
            case Command.Authenticate _ -> "auth";
            default -> "command";
        };
        meters.refused(stage, reply);
        LOG.info(
                "event=refused session={} client={} stage={} reply=\"{}\"{}",
                connection.id(),
                address(),
                stage,
                reply,
                conversation.transaction().map(open -> " id=" + open.id()).orElse(""));
    }

    private void encrypt(Reply goAhead, Session library) throws IOException, DropConnectionException {
        if (intake.buffered() > 0 || waiting()) {
            // RFC 3207 section 5: what came behind STARTTLS was not said under TLS and shall not count as if.
            LOG.warn("event=starttls-injection session={} client={}", connection.id(), address());
            meters.refused("tls", Reply.of(421, "4.7.0", ""));
            throw farewell(Reply.of(421, "4.7.0", "octets behind STARTTLS"));
        }
        library.sendResponse(Conversation.line(goAhead, false));
        if (!out.send()) {
            gate.shut();
            return;
        }
        intake.release();
        try {
            connection.startTls();
        } catch (IOException e) {
            LOG.info("event=tls-failed session={} client={} reason=\"{}\"", connection.id(), address(), e.getMessage());
            gate.shut();
            return;
        }
        conversation.encrypted();
    }

    private boolean waiting() {
        try {
            return connection.available() > 0;
        } catch (IOException _) {
            return false; // gone: the go-ahead will not leave either
        }
    }

    private void readData(Turn.ReadData data, Session library) throws IOException, DropConnectionException {
        var message =
                new Incoming(data.transaction(), data.limit(), true, bareLineEnds, data.sevenBit(), nanos.getAsLong());
        try {
            Incoming.Refusal early = message.refusal();
            if (early != null) {
                refusal(early);
                send(conversation.refusedBeforeItsEnd(early.reply(), early.reason()), library);
                return;
            }
            inMessage = true;
            library.sendResponse("354 end with <CR LF>.<CR LF>");
            long from = nanos.getAsLong();
            long raw = 0;
            while (!message.scanner().ended()) {
                if (intake.buffered() == 0 && !more(from, message, raw)) {
                    return;
                }
                int at = intake.at();
                int taken = message.scanner().take(intake.octets(), at, intake.end()) - at;
                intake.take(taken);
                raw += taken;
                message.look();
                excess(raw, data.limit());
            }
            inMessage = false;
            finish(message, library);
        } finally {
            message.close();
        }
    }

    private void excess(long octets, long limit) throws DropConnectionException {
        if (octets > limit + MOST_EXCESS) {
            throw farewell(Reply.of(421, "4.3.4", "the message does not end"));
        }
    }

    /// Waits for more octets of a message.
    ///
    /// @param from when this DATA or BDAT began
    /// @param octets of it that came since
    /// @return false when the peer is gone
    private boolean more(long from, @Nullable Incoming message, long octets) throws DropConnectionException {
        long now = nanos.getAsLong();
        long byRate = from
                + pace.grace().toNanos()
                + Math.min(octets, Long.MAX_VALUE / 2_000_000_000L) * 1_000_000_000L / pace.rate();
        long whole = (message == null ? from : message.began()) + pace.message().toNanos();
        long deadline = Math.min(Math.min(byRate, whole), now + pace.command().toNanos());
        return switch (intake.more(deadline)) {
            case OCTETS -> true;
            case TIMEOUT -> {
                Reply reply = Reply.of(421, "4.4.2", "the message came too slowly");
                LOG.info(
                        "event=message-cut session={} client={} octets={} reason=\"too slow\"",
                        connection.id(),
                        address(),
                        octets);
                conversation.givenUp(reply, "too slow: " + octets + " octets");
                meters.refused("data", reply);
                throw farewell(reply);
            }
            case HAND_OVER, CLOSED, LOST -> {
                LOG.info(
                        "event=message-cut session={} client={} octets={} reason=\"connection lost\"",
                        connection.id(),
                        address(),
                        octets);
                gate.shut();
                yield false;
            }
        };
    }

    /// Reads octets away.
    ///
    /// @return false when the peer is gone
    private boolean skip(long size) throws DropConnectionException {
        long from = nanos.getAsLong();
        long left = size;
        while (left > 0) {
            if (intake.buffered() == 0 && !more(from, null, size - left)) {
                return false;
            }
            int count = (int) Math.min(left, intake.buffered());
            intake.take(count);
            left -= count;
            excess(size - left, 0);
        }
        return true;
    }

    private void readChunk(Turn.ReadChunk chunk, Session library) throws IOException, DropConnectionException {
        chunkTaken = true;
        inMessage = true;
        Incoming message = incoming;
        if (message == null) {
            message = new Incoming(
                    chunk.transaction(),
                    chunk.limit(),
                    false,
                    chunk.binary() ? BareLineEnds.KEEP : bareLineEnds,
                    chunk.sevenBit(),
                    nanos.getAsLong());
            incoming = message;
        }
        long from = nanos.getAsLong();
        long left = chunk.size();
        while (left > 0) {
            if (intake.buffered() == 0 && !more(from, message, chunk.size() - left)) {
                return;
            }
            int count = (int) Math.min(left, intake.buffered());
            int at = intake.at();
            message.scanner().take(intake.octets(), at, at + count);
            intake.take(count);
            left -= count;
            message.look();
            excess(chunk.size() - left, chunk.limit());
        }
        inMessage = false;
        Incoming.Refusal refusal = message.refusal();
        if (refusal != null && !chunk.last()) {
            dropIncoming();
            refusal(refusal);
            send(conversation.refusedBeforeItsEnd(refusal.reply(), refusal.reason()), library);
        } else if (chunk.last()) {
            incoming = null;
            try {
                finish(message, library);
            } finally {
                message.close();
            }
        } else {
            library.sendResponse(Conversation.line(conversation.chunkTaken(chunk.size()), false));
        }
    }

    private void finish(Incoming message, Session library) throws IOException {
        ByteBuffer summary = message.summary();
        Incoming.Refusal refusal = message.refusal();
        if (summary == null || refusal != null) {
            refused(refusal == null ? new Incoming.Refusal(UNAVAILABLE, "") : refusal, library);
            return;
        }
        Transaction.Answer answer;
        try {
            answer = message.transaction().message(message.spool(), summary);
        } catch (AbsentServiceException e) {
            LOG.warn(
                    "event=service-absent session={} id={} reason=\"{}\"",
                    connection.id(),
                    message.transaction().id(),
                    e.getMessage());
            refused(new Incoming.Refusal(UNAVAILABLE, "service absent"), library);
            return;
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOG.error(
                    "event=message-failed session={} id={}",
                    connection.id(),
                    message.transaction().id(),
                    e);
            refused(new Incoming.Refusal(UNAVAILABLE, "fault of ours: " + e), library);
            return;
        }
        if (answer.reply().positive()) {
            meters.received(conversation.role().word(), "accepted", message.size());
        } else {
            meters.received(conversation.role().word(), "refused", message.size());
            meters.refused("message", answer.reply());
        }
        List<String> lines = conversation.answered(answer);
        answer.kept().ifPresent(kept -> awaitReading(kept.id()));
        send(lines, library);
    }

    private void refused(Incoming.Refusal refusal, Session library) throws IOException {
        refusal(refusal);
        send(conversation.refused(refusal.reply(), refusal.reason()), library);
    }

    private void refusal(Incoming.Refusal refusal) {
        LOG.info(
                "event=refused session={} client={} stage=data reply=\"{}\" reason=\"{}\"{}",
                connection.id(),
                address(),
                refusal.reply(),
                refusal.reason(),
                conversation.transaction().map(open -> " id=" + open.id()).orElse(""));
        meters.refused("data", refusal.reply());
    }

    /// The reply to a kept mail is about to leave. Only what comes after it shows that it was read; octets or a close
    /// that are there already do not, however many reads they take.
    private void awaitReading(MailId id) {
        unread = id;
        earlyOctets = inputThere();
    }

    /// Once nothing is there any more, what comes next was sent after the reply.
    private void repliesLeft() {
        if (unread != null && earlyOctets) {
            earlyOctets = inputThere();
        }
    }

    private boolean inputThere() {
        try {
            return switch (connection.awaitInput(Duration.ZERO)) {
                case READY, CLOSED -> true;
                case HAND_OVER -> connection.available() > 0;
                case TIMEOUT -> false;
            };
        } catch (IOException _) {
            return true;
        }
    }

    private void octetsCame() {
        MailId id = unread;
        if (id == null || earlyOctets) {
            return;
        }
        unread = null;
        try {
            conversation.answerRead(id);
        } catch (RuntimeException e) {
            // Costs at most that a repeat is recognised as one.
            LOG.warn("event=answer-read-failed session={} id={} reason=\"{}\"", connection.id(), id, e.toString());
        }
    }

    private void authenticate(Turn.Exchange turn, Session library) throws IOException, DropConnectionException {
        SaslExchange exchange = turn.exchange();
        SaslStep step;
        if (turn.initial().isPresent()) {
            // RFC 4954 section 4: `=` is an empty initial response
            Optional<ByteBuffer> initial = turn.initial().get().equals("=")
                    ? Optional.of(ByteBuffer.allocate(0))
                    : decode(turn.initial().get());
            if (initial.isEmpty()) {
                notAuthenticated(turn, Reply.of(501, "5.5.2", "not base64"), "initial response", library);
                return;
            }
            step = exchange.respond(initial.get());
        } else {
            step = exchange.clientFirst()
                    ? new SaslStep.Challenge(ByteBuffer.allocate(0))
                    : exchange.respond(ByteBuffer.allocate(0));
        }
        for (int round = 0; round < MOST_ROUNDS; round++) {
            switch (step) {
                case SaslStep.Challenge(var octets) -> {
                    Optional<ByteBuffer> response = ask(octets, turn, library);
                    if (response.isEmpty()) {
                        return;
                    }
                    step = exchange.respond(response.get());
                }
                case SaslStep.Success(var account, var last) -> {
                    if (last.hasRemaining()) {
                        Optional<ByteBuffer> response = ask(last, turn, library);
                        if (response.isEmpty()) {
                            return;
                        }
                        if (response.get().hasRemaining()) {
                            // RFC 4422 section 5: the exchange is over, there is nothing to say any more.
                            notAuthenticated(
                                    turn,
                                    Reply.of(501, "5.5.2", "no response is wanted"),
                                    "response too many",
                                    library);
                            return;
                        }
                    }
                    if (!connection.authenticated(account.address().folded().toString())) {
                        throw farewell(Reply.of(421, "4.7.0", "too many connections of this account"));
                    }
                    LOG.info(
                            "event=authenticated session={} client={} account={} mechanism={}",
                            connection.id(),
                            address(),
                            account.address(),
                            turn.mechanism());
                    library.sendResponse(
                            Conversation.line(conversation.authenticated(turn.mechanism(), account), false));
                    return;
                }
                case SaslStep.Failure(var reply, var reason) -> {
                    notAuthenticated(turn, reply, reason, library);
                    return;
                }
            }
        }
        notAuthenticated(turn, Reply.of(501, "5.5.2", "too many responses"), "endless exchange", library);
    }

    /// Sends a challenge and takes the response.
    ///
    /// @return empty when the exchange is over, and answered
    private Optional<ByteBuffer> ask(ByteBuffer challenge, Turn.Exchange turn, Session library)
            throws IOException, DropConnectionException {
        byte[] octets = new byte[challenge.remaining()];
        challenge.duplicate().get(octets);
        library.sendResponse("334 " + Base64.getEncoder().encodeToString(octets));
        return switch (gate.response()) {
            case Heard.Line(var text)
            when text.equals("*") -> {
                notAuthenticated(turn, Reply.of(501, "5.7.0", "cancelled"), "cancelled by the client", library);
                yield Optional.empty();
            }
            case Heard.Line(var text) -> {
                Optional<ByteBuffer> response = decode(text);
                if (response.isEmpty()) {
                    notAuthenticated(turn, Reply.of(501, "5.5.2", "not base64"), "response", library);
                }
                yield response;
            }
            case Heard.Bad(var reply, var reason) -> {
                notAuthenticated(turn, reply, reason, library);
                yield Optional.empty();
            }
            case Heard.Over over -> throw farewell(over.reply());
            case Heard.Gone _ -> {
                gate.shut();
                yield Optional.empty();
            }
        };
    }

    private static Optional<ByteBuffer> decode(String base64) {
        try {
            // Blanks at the end are tolerated, as behind commands.
            return Optional.of(ByteBuffer.wrap(Base64.getDecoder().decode(base64.stripTrailing())));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private void notAuthenticated(Turn.Exchange turn, Reply reply, String reason, Session library) throws IOException {
        Optional<MailId> id = conversation.notAuthenticated(turn.mechanism(), reply, reason);
        meters.refused("auth", reply);
        LOG.info(
                "event=auth-failed session={} remote={} mechanism={} reply=\"{}\" reason=\"{}\"{}",
                connection.id(),
                address(),
                turn.mechanism(),
                reply,
                reason,
                id.map(known -> " id=" + known).orElse(""));
        send(List.of(Conversation.line(reply, false)), library);
    }
}
