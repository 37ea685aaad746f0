package org.mutatio.imap.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.SpecialUse;

/// One command of a client, understood; RFC 9051 section 6. Names and strings are octet strings, not yet decoded.
public sealed interface Command {

    /// The word by which it is counted and reported.
    default String word() {
        return getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT);
    }

    record Capability() implements Command {}

    record Noop() implements Command {}

    record Check() implements Command {}

    record Logout() implements Command {}

    /// RFC 2971. What the client says of itself is not kept.
    record Id() implements Command {}

    record StartTls() implements Command {}

    /// @param initial base64 of the initial response (RFC 4959); `=` is an empty one
    record Authenticate(String mechanism, Optional<String> initial) implements Command {}

    record Login(String user, String password) implements Command {
        @Override
        public String toString() {
            return "Login";
        }
    }

    record Enable(List<String> extensions) implements Command {}

    /// SELECT and EXAMINE.
    ///
    /// @param condstore `(CONDSTORE)` was given, RFC 7162 section 3.1.8
    record Select(String mailbox, boolean examine, boolean condstore) implements Command {}

    record Create(String mailbox, List<SpecialUse> use) implements Command {}

    record Delete(String mailbox) implements Command {}

    record Rename(String from, String to) implements Command {}

    record Subscribe(String mailbox, boolean subscribed) implements Command {
        @Override
        public String word() {
            return subscribed ? "SUBSCRIBE" : "UNSUBSCRIBE";
        }
    }

    /// LIST in all its forms (RFC 9051 section 6.3.9), and LSUB.
    ///
    /// @param select selection options, in capitals
    /// @param result return options, in capitals, without STATUS
    /// @param status items of RETURN (STATUS ...)
    /// @param extended any syntax of RFC 5258 was used
    record ListMailboxes(
            Set<String> select,
            String reference,
            List<String> patterns,
            Set<String> result,
            List<StatusItem> status,
            boolean extended,
            boolean lsub)
            implements Command {
        @Override
        public String word() {
            return lsub ? "LSUB" : "LIST";
        }
    }

    record Namespace() implements Command {}

    enum StatusItem {
        MESSAGES,
        RECENT,
        UIDNEXT,
        UIDVALIDITY,
        UNSEEN,
        DELETED,
        SIZE,
        HIGHESTMODSEQ,
        APPENDLIMIT
    }

    record Status(String mailbox, List<StatusItem> items) implements Command {}

    /// APPEND up to the head of its literal; the octets still come, then [CommandParser#appendEnd].
    ///
    /// @param flags as written
    /// @param utf8 `UTF8 (~{n}`, RFC 6855 section 4
    record Append(String mailbox, List<String> flags, Optional<Instant> date, Lexer.Literal literal, boolean utf8)
            implements Command {}

    record Idle() implements Command {}

    record Close() implements Command {}

    record Unselect() implements Command {}

    /// @param uids of UID EXPUNGE, RFC 4315
    record Expunge(Optional<SequenceSet> uids) implements Command {}

    /// @param result options of RETURN; empty with `extended` is ALL (RFC 4731 section 3.1)
    /// @param extended RETURN was there
    record Search(boolean uid, Set<Result> result, boolean extended, SearchKey key) implements Command {
        public enum Result {
            MIN,
            MAX,
            ALL,
            COUNT,
            SAVE
        }
    }

    /// @param changedSince RFC 7162 section 3.1.4.1
    record Fetch(boolean uid, SequenceSet set, List<FetchItem> items, OptionalLong changedSince) implements Command {}

    /// @param flags as written
    /// @param unchangedSince RFC 7162 section 3.1.3
    record Store(
            boolean uid,
            SequenceSet set,
            Change.FlagMode mode,
            boolean silent,
            List<String> flags,
            OptionalLong unchangedSince)
            implements Command {}

    /// COPY and MOVE (RFC 6851).
    record Copy(boolean uid, SequenceSet set, String mailbox, boolean move) implements Command {
        @Override
        public String word() {
            return move ? "MOVE" : "COPY";
        }
    }
}
