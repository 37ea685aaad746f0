package org.mutatio.smtp.session;

import java.io.IOException;
import java.net.ServerSocket;
import org.mutatio.smtp.protocol.Conversation;
import org.mutatio.smtp.protocol.Verb;
import org.subethamail.smtp.DropConnectionException;
import org.subethamail.smtp.internal.proxy.ProxyHandler;
import org.subethamail.smtp.internal.server.BaseCommand;
import org.subethamail.smtp.internal.server.ServerThread;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.Session;
import org.subethamail.smtp.server.SessionHandler;

/// SubEthaSMTP, as we use it: it greets, reads a verb, dispatches it, frames the reply, and closes. All commands are
/// ours (docs/adr/0003-subethasmtp.md); its listening, threads, TLS and time-outs are not used.
final class Frame {

    /// Behind the host's name in the greeting: no version.
    static final String SOFTWARE = "Mutatio";

    /// One of ours: takes the line from the gate, as the library was only given the verb.
    private static final class Dispatched extends BaseCommand {
        Dispatched(Verb verb) {
            super(verb.name(), "RFC 5321");
        }

        @Override
        public void execute(String verb, Session library) throws IOException, DropConnectionException {
            sessionOf(library).execute(library);
        }
    }

    private static final class Door implements SessionHandler {
        @Override
        public SessionAcceptance accept(Session library) {
            return sessionOf(library)
                    .refusesGreeting()
                    .map(reply -> SessionAcceptance.failure(reply.code(), Conversation.parting(reply)))
                    .orElseGet(SessionAcceptance::success);
        }

        @Override
        public void onSessionEnd(Session library) {
            // SmtpSession ends itself
        }
    }

    private final SMTPServer library;

    Frame(String hostName) {
        library = SMTPServer.port(0)
                .hostName(hostName)
                .softwareName(SOFTWARE)
                .serverThreadName("smtp")
                .sessionIdFactory(() -> "smtp")
                .sessionHandler(new Door())
                .build();
        for (Verb verb : Verb.values()) {
            library.getCommandHandler().addCommand(new Dispatched(verb));
        }
    }

    private static SmtpSession sessionOf(Session library) {
        return ((GateSocket) library.getSocket()).session();
    }

    /// Holds the whole conversation on this thread. The library's accepting thread is never started: it is asked only
    /// how many sessions it has (none), and counts one down at the end; so each session has its own.
    void run(GateSocket socket) throws IOException {
        try (ServerSocket unused = new ServerSocket()) {
            var accepting = new ServerThread(library, unused, ProxyHandler.NOP);
            new Session(library, accepting, socket, ProxyHandler.NOP).run();
        }
    }
}
