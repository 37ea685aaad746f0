package org.mutatio.imap.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.imap.protocol.Answer;
import org.mutatio.imap.protocol.Command;
import org.mutatio.imap.protocol.CommandParser;
import org.mutatio.imap.protocol.Lexer;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.wire.Incoming;
import org.mutatio.imap.wire.Outgoing;
import org.mutatio.net.Connection;
import org.mutatio.sdk.mail.MailId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// AUTHENTICATE and LOGIN: carries what `accounts` and the client say to each other; RFC 9051 sections 6.2.2 and
/// 6.2.3.
final class Login {
    private static final Logger log = LoggerFactory.getLogger(Login.class);
    private static final int MOST_STEPS = 10;

    private final ImapServer server;
    private final Connection connection;
    private final Incoming in;
    private final Outgoing out;
    private final Lexer lexer;
    private final CommandParser parser;
    private final boolean allowed;

    /// @param allowed the channel is encrypted, or need not be
    Login(
            ImapServer server,
            Connection connection,
            Incoming in,
            Outgoing out,
            Lexer lexer,
            CommandParser parser,
            boolean allowed) {
        this.server = server;
        this.connection = connection;
        this.in = in;
        this.out = out;
        this.lexer = lexer;
        this.parser = parser;
        this.allowed = allowed;
    }

    Sasl.Channel channel() {
        return new Sasl.Channel(
                connection.remote().getAddress(),
                allowed,
                type -> connection.tls().flatMap(tls -> tls.channelBinding(type)),
                "imap",
                connection.id());
    }

    Account login(Command.Login login) throws RefusedException {
        requirePrivacy();
        return take(server.services().sasl().lend().login(utf8(login.user()), utf8(login.password()), channel()));
    }

    private static String utf8(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private void requirePrivacy() throws RefusedException {
        if (!allowed) {
            throw RefusedException.no("PRIVACYREQUIRED", "log in under TLS only");
        }
    }

    Account authenticate(Command.Authenticate authenticate) throws IOException, RefusedException {
        requirePrivacy();
        SaslExchange exchange = server.services()
                .sasl()
                .lend()
                .begin(authenticate.mechanism(), channel())
                .orElseThrow(() -> RefusedException.no("CANNOT", "no such mechanism here"));
        SaslStep step;
        if (authenticate.initial().isPresent()) {
            if (!exchange.clientFirst()) {
                throw RefusedException.bad("the mechanism has no initial response");
            }
            step = exchange.respond(decode(authenticate.initial().get()));
        } else if (exchange.clientFirst()) {
            step = exchange.respond(ask(ByteBuffer.allocate(0)));
        } else {
            step = exchange.respond(ByteBuffer.allocate(0));
        }
        for (int i = 0; i < MOST_STEPS; i++) {
            switch (step) {
                case SaslStep.Challenge challenge -> step = exchange.respond(ask(challenge.octets()));
                case SaslStep.Success success -> {
                    if (success.last().hasRemaining() && ask(success.last()).hasRemaining()) {
                        throw RefusedException.bad("the last response is empty"); // RFC 5802 section 3
                    }
                    return success.account();
                }
                case SaslStep.Failure _ -> {
                    return take(step);
                }
            }
        }
        throw RefusedException.no("AUTHENTICATIONFAILED", "too many steps");
    }

    private Account take(SaslStep step) throws RefusedException {
        return switch (step) {
            case SaslStep.Success success -> success.account();
            case SaslStep.Challenge _ -> throw new IllegalStateException("LOGIN has one step");
            case SaslStep.Failure(var reply, var reason) -> {
                log.info(
                        "event=auth-failed id={} remote={} reason=\"{}\"",
                        connection.id(),
                        connection.remote().getAddress().getHostAddress(),
                        reason);
                server.meters().counter("mutatio_imap_login_failures_total").add();
                trace(reason);
                throw new RefusedException(
                        switch (reply.code()) {
                            case 454, 451, 421 -> Answer.no("UNAVAILABLE", "not now, try again");
                            case 501, 500 -> Answer.bad("malformed credentials");
                            case 538 -> Answer.no("PRIVACYREQUIRED", "log in under TLS only");
                            default -> Answer.no("AUTHENTICATIONFAILED", "wrong name or password");
                        });
            }
        };
    }

    /// A failed log-in is explained like a refused message.
    private void trace(String reason) {
        server.services()
                .traces()
                .now()
                .ifPresent(traces -> traces.record(new Trace(
                        MailId.of(server.clock().instant(), server.random()),
                        server.clock().instant(),
                        connection.id(),
                        "imap",
                        connection.remote().getAddress().getHostAddress(),
                        "",
                        List.of(),
                        Optional.empty(),
                        0,
                        "login-failed",
                        List.of(new TraceStep(
                                "auth", "org.mutatio.imap", server.version(), "", "", "reject", reason, 0)))));
    }

    /// Sends a challenge and takes the client's answer.
    private ByteBuffer ask(ByteBuffer challenge) throws IOException, RefusedException {
        byte[] octets = new byte[challenge.remaining()];
        challenge.duplicate().get(octets);
        out.text("+ ").text(Base64.getEncoder().encodeToString(octets)).text("\r\n");
        out.flush();
        lexer.begin();
        in.wholeWithin(server.settings().beforeLogin());
        String response = parser.response();
        in.noDeadline();
        if (response.equals("*")) {
            throw RefusedException.bad("cancelled");
        }
        return decode(response);
    }

    private static ByteBuffer decode(String base64) throws RefusedException {
        if (base64.equals("=")) {
            return ByteBuffer.allocate(0); // RFC 4959 section 3
        }
        try {
            return ByteBuffer.wrap(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw RefusedException.bad("not base64");
        }
    }
}
