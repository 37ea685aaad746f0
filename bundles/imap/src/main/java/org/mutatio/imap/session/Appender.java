package org.mutatio.imap.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.pipeline.Appends;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.imap.protocol.Answer;
import org.mutatio.imap.protocol.Command;
import org.mutatio.imap.protocol.CommandParser;
import org.mutatio.imap.protocol.Lexer;
import org.mutatio.imap.protocol.MailboxNames;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.mime.structure.Fact;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.mutatio.net.Connection;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.reply.Reply;

/// APPEND, RFC 9051 section 6.3.12: everything that can be refused is refused before the octets are asked for; then
/// they stream through the scanner into the store's spool.
final class Appender implements AutoCloseable {
    private final ImapServer server;
    private final Connection connection;
    private final Lexer lexer;
    private final CommandParser parser;
    private @Nullable Spool spool;

    Appender(ImapServer server, Connection connection, Lexer lexer, CommandParser parser) {
        this.server = server;
        this.connection = connection;
        this.lexer = lexer;
        this.parser = parser;
    }

    Answer append(Command.Append append, Account account, MailboxNames names)
            throws IOException, RefusedException, StoreUnavailableException {
        Instant began = server.clock().instant();
        MailboxInfo target;
        Flags flags;
        MailStore store;
        Optional<Appends> filters;
        Spool into;
        try {
            long size = append.literal().size();
            String name = names.existing(append.mailbox());
            flags = ImapSession.flags(append.flags(), false);
            if (size > server.settings().messageSize().octets()) {
                throw RefusedException.no(
                        "TOOBIG",
                        "the message is larger than " + server.settings().messageSize());
            }
            if (size == 0) {
                throw RefusedException.no("CANNOT", "an empty message");
            }
            if (append.utf8() && !names.utf8()) {
                throw RefusedException.bad("ENABLE UTF8=ACCEPT first");
            }
            store = server.services().mail();
            target = store.mailbox(account.id(), name)
                    .filter(MailboxInfo::selectable)
                    .orElseThrow(() -> RefusedException.no("TRYCREATE", "no such mailbox"));
            if (!store.fits(
                    account.id(), size, Quota.limit(account, server.services().policies()))) {
                throw RefusedException.no("OVERQUOTA", "the account is full");
            }
            store.admit(size);
            filters = server.settings().filterAppend()
                    ? Optional.of(server.services().appends().lend())
                    : Optional.empty();
            into = store.spool();
            spool = into;
        } catch (RefusedException e) {
            throw lexer.refuse(append.literal(), e.answer());
        } catch (StoreUnavailableException | AbsentServiceException e) {
            lexer.refuse(append.literal(), Answer.no("UNAVAILABLE", "not now"));
            throw e;
        } catch (RuntimeException e) {
            lexer.refuse(append.literal(), Answer.no("SERVERBUG", "our fault"));
            throw e;
        }
        Summary summary = take(append, into);
        parser.appendEnd(append);
        into.content(); // no more octets come
        Instant date = append.date().orElse(began);
        return filters.isPresent()
                ? filtered(filters.get(), account, target, flags, date, summary, into)
                : deliver(store, account, target, flags, date, began, summary, into);
    }

    /// The pipeline asks the filters and commits.
    private Answer filtered(
            Appends filters,
            Account account,
            MailboxInfo target,
            Flags flags,
            Instant date,
            Summary summary,
            Spool content)
            throws RefusedException, StoreUnavailableException {
        Appends.Append append = new Appends.Append(
                connection.id(),
                connection.remote(),
                connection.tls().map(tls -> tls.protocol() + " " + tls.cipher()),
                account,
                target.id(),
                flags,
                date);
        try {
            return switch (filters.append(append, content, octets(summary))) {
                case Appends.Appended.Kept kept -> kept(kept.id(), kept.placed());
                case Appends.Appended.Refused refused ->
                    Answer.no(code(refused.reply()), refused.reply().text());
            };
        } catch (RefusedChangeException e) {
            throw ImapSession.refused(e, "TRYCREATE");
        }
    }

    /// RFC 5530 section 3, from the enhanced status of RFC 3463 section 3.
    private static String code(Reply reply) {
        if (reply.transientFailure()) {
            return "UNAVAILABLE";
        }
        return switch (reply.status().subject() + "." + reply.status().detail()) {
            case "2.2" -> "OVERQUOTA";
            case "2.3", "3.4" -> "LIMIT"; // too large, for the mailbox or for the system
            default -> "CANNOT";
        };
    }

    private static Answer kept(MailId id, Change.Placed placed) {
        return Answer.ok("APPENDUID " + placed.uidValidity() + " " + placed.uid(), "kept as " + id);
    }

    private static ByteBuffer octets(Summary summary) {
        return ByteBuffer.wrap(summary.toBytes()).asReadOnlyBuffer();
    }

    private Summary take(Command.Append append, Spool into)
            throws IOException, StoreUnavailableException, RefusedException {
        StructureScanner scanner = new StructureScanner();
        Failed failed = new Failed();
        lexer.literal(append.literal(), false, octets -> {
            if (failed.why != null) {
                return; // the rest is read and dropped, or it would be taken for commands
            }
            ByteBuffer copy = octets.duplicate();
            try {
                into.write(octets);
                scanner.accept(copy);
            } catch (StoreUnavailableException e) {
                failed.why = e;
            }
        });
        if (failed.why != null) {
            throw failed.why;
        }
        Summary summary = scanner.finish();
        if (summary.has(Fact.NUL)) {
            // RFC 9051 section 4.3: CHAR8. RFC 3516 section 4.3: what would have to be converted first may be refused
            throw append.literal().binary()
                    ? RefusedException.no("UNKNOWN-CTE", "no NUL, not even in binary parts")
                    : RefusedException.bad("a NUL in a literal");
        }
        if (summary.has(Fact.HEADER_BLOCK_TOO_LONG)) {
            throw RefusedException.no("LIMIT", "the header is longer than 512 KiB");
        }
        return summary;
    }

    private static final class Failed {
        private @Nullable StoreUnavailableException why;
    }

    private Answer deliver(
            MailStore store,
            Account account,
            MailboxInfo target,
            Flags flags,
            Instant internalDate,
            Instant began,
            Summary summary,
            Spool content)
            throws RefusedException, StoreUnavailableException {
        MailId id = MailId.of(began, server.random());
        Change.Deliver change = new Change.Deliver(
                id,
                began,
                content,
                List.of(new Change.Outcome(
                        List.of(new Change.Slice.Received(0, content.size())),
                        octets(summary),
                        List.of(new Change.Placement(
                                account.id(),
                                new Change.Place.Id(target.id()),
                                flags,
                                internalDate,
                                Quota.limit(account, server.services().policies()))),
                        List.of())),
                trace(id, began, account, target, summary),
                Optional.empty());
        try {
            Change.Delivered delivered = store.commit(change);
            return kept(id, delivered.placed().getFirst());
        } catch (RefusedChangeException e) {
            throw ImapSession.refused(e, "TRYCREATE");
        }
    }

    private Trace trace(MailId id, Instant began, Account account, MailboxInfo target, Summary summary) {
        return new Trace(
                id,
                began,
                connection.id(),
                "imap",
                connection.remote().getAddress().getHostAddress(),
                account.address().toString(),
                List.of(account.address().toString()),
                summary.field("message-id"),
                0,
                "kept",
                List.of(new TraceStep(
                        "commit",
                        "org.mutatio.imap",
                        server.version(),
                        account.address().toString(),
                        "",
                        "local",
                        "APPEND of " + summary.size() + " octets to mailbox " + target.id(),
                        0)));
    }

    @Override
    public void close() {
        Spool held = spool;
        if (held != null) {
            held.close();
        }
    }
}
