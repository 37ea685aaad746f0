package org.mutatio.imap.session;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.store.UidRange;
import org.mutatio.current.HandedState;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.settings.DataSize;

/// A conversation between two commands, or in IDLE, as it is handed to the next version of this bundle. All that was
/// read was answered, so no octets are on their way; TLS and the budgets stay with `ports`.
///
/// @param idle tag of the IDLE that goes on; empty: between two commands
/// @param errors senseless commands in a row
/// @param beforeLogin commands before log-in
record Handed(
        @Nullable Account account,
        List<SessionState.Extension> enabled,
        @Nullable Selected selected,
        String idle,
        int errors,
        int beforeLogin) {

    private static final String FORMAT = "imap/1";

    private static final int ACCOUNT = 1;
    private static final int ADDRESS = 2;
    private static final int DISPLAY_NAME = 3;
    private static final int QUOTA = 4;
    private static final int ACCOUNT_ENABLED = 5;
    private static final int EXTENSIONS = 6;
    private static final int IDLE = 7;
    private static final int ERRORS = 8;
    private static final int BEFORE_LOGIN = 9;
    private static final int MAILBOX = 10;
    private static final int UIDVALIDITY = 11;
    private static final int NAME = 12;
    private static final int READ_ONLY = 13;
    private static final int TOLD = 14;
    private static final int TOLD_MODSEQ = 15;
    private static final int TOLD_KEYWORDS = 16;
    private static final int SAVED = 17;

    /// The selected mailbox as the client knows it.
    ///
    /// @param told UIDs in the order of their numbers
    /// @param saved what SEARCH RETURN (SAVE) kept
    record Selected(
            long mailbox,
            long uidValidity,
            String name,
            boolean readOnly,
            List<UidRange> told,
            long modSeq,
            int keywords,
            List<UidRange> saved) {}

    ByteBuffer octets() {
        HandedState state =
                new HandedState(FORMAT).put(IDLE, idle).put(ERRORS, errors).put(BEFORE_LOGIN, beforeLogin);
        StringJoiner words = new StringJoiner(" ");
        enabled.forEach(extension -> words.add(extension.name()));
        state.put(EXTENSIONS, words.toString());
        Account whose = account;
        if (whose != null) {
            state.put(ACCOUNT, whose.id())
                    .put(ADDRESS, whose.address().toString())
                    .put(DISPLAY_NAME, whose.displayName())
                    .put(ACCOUNT_ENABLED, whose.enabled());
            whose.quota().ifPresent(quota -> state.put(QUOTA, quota.octets()));
        }
        Selected view = selected;
        if (view != null) {
            state.put(MAILBOX, view.mailbox())
                    .put(UIDVALIDITY, view.uidValidity())
                    .put(NAME, view.name())
                    .put(READ_ONLY, view.readOnly())
                    .put(TOLD, pairs(view.told()))
                    .put(TOLD_MODSEQ, view.modSeq())
                    .put(TOLD_KEYWORDS, view.keywords())
                    .put(SAVED, pairs(view.saved()));
        }
        return state.octets();
    }

    /// @return empty: of a version that we do not know, or it makes no sense
    static Optional<Handed> read(ByteBuffer octets) {
        return HandedState.read(FORMAT, octets).flatMap(state -> {
            try {
                return Optional.of(of(state));
            } catch (IllegalArgumentException _) { // an extension, address or range that there is not here
                return Optional.empty();
            }
        });
    }

    private static Handed of(HandedState state) {
        List<SessionState.Extension> enabled = new ArrayList<>();
        String words = state.text(EXTENSIONS);
        for (int from = 0; from < words.length(); ) {
            int end = words.indexOf(' ', from);
            int to = end < 0 ? words.length() : end;
            enabled.add(SessionState.Extension.valueOf(words.substring(from, to)));
            from = to + 1;
        }
        Account account = state.has(ACCOUNT)
                ? new Account(
                        state.number(ACCOUNT),
                        MailAddress.parse(state.text(ADDRESS)),
                        state.text(DISPLAY_NAME),
                        state.has(QUOTA) ? Optional.of(DataSize.of(state.number(QUOTA))) : Optional.empty(),
                        state.fact(ACCOUNT_ENABLED))
                : null;
        Selected selected = state.has(MAILBOX)
                ? new Selected(
                        state.number(MAILBOX),
                        state.number(UIDVALIDITY),
                        state.text(NAME),
                        state.fact(READ_ONLY),
                        ranges(state.numbers(TOLD)),
                        state.number(TOLD_MODSEQ),
                        (int) state.number(TOLD_KEYWORDS),
                        ranges(state.numbers(SAVED)))
                : null;
        return new Handed(account, enabled, selected, state.text(IDLE), (int) state.number(ERRORS), (int)
                state.number(BEFORE_LOGIN));
    }

    private static long[] pairs(List<UidRange> ranges) {
        long[] pairs = new long[ranges.size() * 2];
        for (int i = 0; i < ranges.size(); i++) {
            pairs[2 * i] = ranges.get(i).first();
            pairs[2 * i + 1] = ranges.get(i).last();
        }
        return pairs;
    }

    private static List<UidRange> ranges(long[] pairs) {
        List<UidRange> ranges = new ArrayList<>(pairs.length / 2);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            ranges.add(new UidRange(pairs[i], pairs[i + 1]));
        }
        return ranges;
    }
}
