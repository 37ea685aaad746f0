package org.mutatio.imap.session;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.MailboxState;
import org.mutatio.imap.protocol.Answer;
import org.mutatio.imap.protocol.Command;
import org.mutatio.imap.protocol.Command.Search.Result;
import org.mutatio.imap.protocol.RefusedException;
import org.mutatio.imap.protocol.SearchKey;
import org.mutatio.imap.wire.Outgoing;
import org.mutatio.mime.header.Address;
import org.mutatio.mime.header.AddressList;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.mime.structure.KeptField;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One SEARCH; RFC 9051 section 6.4.4. Keys become tests, the cheap ones of an AND come first, so that a message is
/// opened only when flags, numbers, sizes and dates let it through.
final class SearchRun {
    private static final Logger log = LoggerFactory.getLogger(SearchRun.class);
    private static final int SECONDS_A_DAY = 86_400;
    private static final int MOST_PLAIN = 1_000;

    private final View view;
    private final MailboxState told;
    private final FetchWriter flags;
    private final InstantSource clock;
    private final long deadline;
    private int openedAt = -1;
    private @Nullable MessageReader opened;

    SearchRun(View view, Outgoing out, Duration most, InstantSource clock) {
        this.view = view;
        this.told = view.told();
        this.flags = new FetchWriter(out, view, List.of(), false);
        this.clock = clock;
        this.deadline = System.nanoTime() + most.toNanos();
    }

    static boolean asksModSeq(SearchKey key) {
        return switch (key) {
            case SearchKey.ModSeq _ -> true;
            case SearchKey.And(var keys) -> keys.stream().anyMatch(SearchRun::asksModSeq);
            case SearchKey.Or(var one, var other) -> asksModSeq(one) || asksModSeq(other);
            case SearchKey.Not(var not) -> asksModSeq(not);
            default -> false;
        };
    }

    // ---- tests

    @FunctionalInterface
    private interface Matcher {
        boolean matches(int position) throws IOException, RefusedException;
    }

    /// @param cost 0: from the arrays; 1: from the summary; 2: reads the header; 3: reads the body
    private record Test(int cost, Matcher matcher) {}

    private Test test(SearchKey key) throws RefusedException {
        return switch (key) {
            case SearchKey.All _ -> new Test(0, _ -> true);
            case SearchKey.None _ -> new Test(0, _ -> false);
            case SearchKey.And(var keys) -> and(keys);
            case SearchKey.Or(var one, var other) -> or(test(one), test(other));
            case SearchKey.Not(var not) -> {
                Test test = test(not);
                yield new Test(test.cost(), position -> !test.matcher().matches(position));
            }
            case SearchKey.Numbers(var set) -> among(view.searched(set, false));
            case SearchKey.Uids(var set) -> among(view.searched(set, true));
            case SearchKey.SystemFlag(var bit) ->
                new Test(0, position -> flags.flags(position).has(bit));
            case SearchKey.Keyword(var name) ->
                new Test(0, position -> flags.flags(position).hasKeyword(name));
            case SearchKey.Larger(var than) -> new Test(0, position -> told.octets(position) > than);
            case SearchKey.Smaller(var than) -> new Test(0, position -> told.octets(position) < than);
            case SearchKey.Received(var compare, var day) -> received(compare, day.toEpochDay());
            case SearchKey.Sent(var compare, var day) -> new Test(1, position -> sent(position, compare, day));
            case SearchKey.Within(var younger, var seconds) -> {
                long since = clock.instant().getEpochSecond() - seconds;
                yield new Test(0, position -> told.internalDate(position) >= since == younger);
            }
            case SearchKey.ModSeq(var least) -> new Test(0, position -> flags.modSeq(position) >= least);
            case SearchKey.Header header -> header(header);
            case SearchKey.Body(var text) -> {
                TextFinder finder = new TextFinder(text, this::checkTime);
                yield new Test(3, position -> finder.body(timely(position)));
            }
            case SearchKey.Text(var text) -> {
                TextFinder finder = new TextFinder(text, this::checkTime);
                yield new Test(3, position -> finder.anywhere(timely(position)));
            }
        };
    }

    private static Test among(Positions positions) {
        return new Test(0, positions::contains);
    }

    private Test and(List<SearchKey> keys) throws RefusedException {
        List<Test> tests = new ArrayList<>();
        for (SearchKey key : keys) {
            tests.add(test(key));
        }
        tests.sort(Comparator.comparingInt(Test::cost));
        return new Test(tests.getLast().cost(), position -> {
            for (Test test : tests) {
                if (!test.matcher().matches(position)) {
                    return false;
                }
            }
            return true;
        });
    }

    private static Test or(Test one, Test other) {
        Test cheap = one.cost() <= other.cost() ? one : other;
        Test dear = one.cost() <= other.cost() ? other : one;
        return new Test(
                dear.cost(),
                position -> cheap.matcher().matches(position) || dear.matcher().matches(position));
    }

    private Test received(SearchKey.Compare compare, long day) {
        return new Test(0, position -> {
            long received = Math.floorDiv(told.internalDate(position), SECONDS_A_DAY);
            return switch (compare) {
                case BEFORE -> received < day;
                case ON -> received == day;
                case SINCE -> received >= day;
            };
        });
    }

    private boolean sent(int position, SearchKey.Compare compare, LocalDate day) throws IOException {
        Optional<LocalDate> sent = message(position).summary().field("date").flatMap(SentDate::parse);
        return sent.isPresent()
                && switch (compare) {
                    case BEFORE -> sent.get().isBefore(day);
                    case ON -> sent.get().isEqual(day);
                    case SINCE -> !sent.get().isBefore(day);
                };
    }

    private Test header(SearchKey.Header header) throws RefusedException {
        String name = header.name();
        TextFinder finder = new TextFinder(header.text(), this::checkTime);
        boolean kept = KeptField.NAMES.contains(name.toLowerCase(java.util.Locale.ROOT));
        return new Test(kept ? 1 : 2, position -> {
            // the summary keeps them, but may have cut long ones: it can say no only for a field that is not there
            if (kept && message(position).summary().field(name).isEmpty()) {
                return false;
            }
            for (HeaderBlock.Field field : timely(position).header().all(name)) {
                if (finder.in(field.text()) || header.addresses() && finder.in(plainly(field))) {
                    return true;
                }
            }
            return false;
        });
    }

    /// Addresses without comments and folding: `user (remark) @example.com` is found as `user@example.com`.
    /// Those at the
    /// beginning of the field: 15,000 of them would be 5 MB of objects.
    private static String plainly(HeaderBlock.Field field) {
        StringBuilder text = new StringBuilder();
        for (Address.Mailbox mailbox : AddressList.mailboxes(field.value(), MOST_PLAIN)) {
            text.append(mailbox.displayName().orElse(""))
                    .append(" <")
                    .append(mailbox.address())
                    .append(">, ");
        }
        return text.toString();
    }

    /// Before each reading, not only before each message: 2,000 keys read a large one 2,000 times.
    private MessageReader timely(int position) throws IOException, RefusedException {
        checkTime();
        return message(position);
    }

    private void checkTime() throws RefusedException {
        if (System.nanoTime() - deadline > 0) {
            throw RefusedException.no("LIMIT", "the search takes too long, ask for less");
        }
    }

    private MessageReader message(int position) throws IOException {
        MessageReader known = opened;
        if (known == null || openedAt != position) {
            known = new MessageReader(view.message(told.uid(position)));
            opened = known;
            openedAt = position;
        }
        return known;
    }

    // ---- running

    /// @param esearch the session speaks IMAP4rev2: SEARCH is answered by ESEARCH
    Answer answer(String tag, Command.Search search, Outgoing out, boolean esearch)
            throws IOException, RefusedException {
        boolean saves = search.result().contains(Result.SAVE);
        Positions found;
        int unreadable = 0;
        try {
            Test test = test(search.key());
            Positions.Builder builder = new Positions.Builder();
            for (int position = 0; position < told.size(); position++) {
                if ((position & 0xFF) == 0 || test.cost() > 0) {
                    checkTime();
                }
                // UIDs that are gone are nobody's; numbers stay until EXPUNGE is told
                if (search.uid() && flags.gone(position)) {
                    continue;
                }
                try {
                    if (test.matcher().matches(position)) {
                        builder.add(position);
                    }
                } catch (IOException e) {
                    unreadable++;
                    log.warn(
                            "event=imap-unreadable mailbox={} uid={} reason=\"{}\"",
                            view.id(),
                            told.uid(position),
                            e.getMessage());
                }
            }
            found = builder.build();
        } catch (RefusedException e) {
            if (saves) {
                view.save(List.of()); // RFC 9051 section 6.4.4.1
            }
            throw e;
        }
        if (saves) {
            view.save(saved(search.result(), found).uids(told));
        }
        if (search.extended() || esearch) {
            extended(tag, search, found, out);
        } else {
            plain(search, found, out);
        }
        return unreadable == 0
                ? Answer.ok("searched")
                : Answer.no("UNAVAILABLE", unreadable + " of the messages cannot be read now");
    }

    /// MIN and MAX alone save only these; RFC 9051 section 6.4.4.1, table 4.
    private static Positions saved(Set<Result> result, Positions found) {
        boolean min = result.contains(Result.MIN);
        boolean max = result.contains(Result.MAX);
        if (found.isEmpty() || result.contains(Result.ALL) || result.contains(Result.COUNT) || !min && !max) {
            return found;
        }
        Positions.Builder builder = new Positions.Builder();
        int first = found.first(0);
        int last = found.last(found.ranges() - 1);
        if (min) {
            builder.add(first);
        }
        if (max && !(min && first == last)) {
            builder.add(last);
        }
        return builder.build();
    }

    private void plain(Command.Search search, Positions found, Outgoing out) throws IOException {
        out.text("* SEARCH");
        for (int i = 0; i < found.ranges(); i++) {
            for (int position = found.first(i); position <= found.last(i); position++) {
                out.text(" ").number(number(search, position));
            }
        }
        if (asksModSeq(search.key()) && !found.isEmpty()) {
            out.text(" (MODSEQ ").number(highest(found)).text(")");
        }
        out.text("\r\n");
    }

    private long number(Command.Search search, int position) {
        return search.uid() ? told.uid(position) : position + 1L;
    }

    private long highest(Positions found) {
        long highest = 0;
        for (int i = 0; i < found.ranges(); i++) {
            for (int position = found.first(i); position <= found.last(i); position++) {
                highest = Math.max(highest, flags.modSeq(position));
            }
        }
        return highest;
    }

    /// RFC 9051 section 7.3.4.
    private void extended(String tag, Command.Search search, Positions found, Outgoing out) throws IOException {
        Set<Result> result = search.result();
        if (result.size() == 1 && result.contains(Result.SAVE)) {
            return; // nothing was asked for
        }
        boolean all = result.isEmpty() || result.contains(Result.ALL);
        out.text("* ESEARCH (TAG \"").text(tag).text("\")");
        if (search.uid()) {
            out.text(" UID");
        }
        if (!found.isEmpty()) {
            if (result.contains(Result.MIN)) {
                out.text(" MIN ").number(number(search, found.first(0)));
            }
            if (result.contains(Result.MAX)) {
                out.text(" MAX ").number(number(search, found.last(found.ranges() - 1)));
            }
            if (all) {
                out.text(" ALL ").text(search.uid() ? Sets.uids(found.uids(told)) : Sets.numbers(found));
            }
        }
        if (result.contains(Result.COUNT)) {
            out.text(" COUNT ").number(found.count());
        }
        if (asksModSeq(search.key()) && !found.isEmpty()) {
            // RFC 4731 section 3.2: of what is named, when only ends are named
            out.text(" MODSEQ ").number(highest(all ? found : saved(result, found)));
        }
        out.text("\r\n");
    }
}
