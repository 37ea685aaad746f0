package org.mutatio.store.port;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.RefusedChangeException.Refusal;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;
import org.mutatio.mime.structure.Fact;
import org.mutatio.mime.structure.StructureScanner;
import org.mutatio.mime.structure.Summary;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.commit.Numbering;

/// Brings folders into accounts that are there. Each message is committed like one that a session appends: it is
/// durable when it is counted. What cannot be taken is told with its file and cause, and the rest goes on.
///
/// UIDs and UIDVALIDITY of our own format are kept where the mailbox holds nothing but what stands in the index under
/// the same UIDs. They are put in order so that a crash at any moment leaves a mailbox that is right for its clients:
/// messages come in under the mailbox's own UIDVALIDITY (a fresh one, if its UIDs must begin lower), and only when all
/// are there it gets the one of the index, with its UIDNEXT, above all MODSEQs that its clients may know.
public final class Importer {
    private static final int MOST_KEYWORDS = 200;
    /// UIDVALIDITYs count on from the highest one: a wild one would use them up (RFC 9051: 32 bits).
    private static final long HIGHEST_VALIDITY = 4_000_000_000L;
    /// A mailbox that has used up its UIDs takes no mail any more.
    private static final long HIGHEST_UID = 4_000_000_000L;
    /// Of a message on its way in, after which the room is looked at.
    private static final long ADMIT_EVERY = 16 << 20;

    private final MailStore store;
    private final Numbering numbering;
    private final Function<StoredAccount, OptionalLong> quotas;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final PortReport report;

    /// @param quotas octets that an account may hold, by its own limit or its policy's
    public Importer(
            MailStore store,
            Numbering numbering,
            Function<StoredAccount, OptionalLong> quotas,
            InstantSource clock,
            RandomGenerator random,
            PortReport report) {
        this.store = store;
        this.numbering = numbering;
        this.quotas = quotas;
        this.clock = clock;
        this.random = random;
        this.report = report;
    }

    /// A folder into an account.
    ///
    /// @param format empty: as the folder looks
    /// @throws IOException it is no such folder
    /// @throws StoreUnavailableException the store takes nothing more now
    public void account(StoredAccount account, Path folder, Optional<PortFormat> format)
            throws IOException, StoreUnavailableException {
        try {
            take(account, folder, format);
        } catch (StoppedException e) {
            stopped(account, e);
        }
    }

    /// Each folder below one into the account that it is named for.
    public void accounts(List<StoredAccount> accounts, Path folder, Optional<PortFormat> format)
            throws IOException, StoreUnavailableException {
        Map<String, StoredAccount> byAddress = new TreeMap<>();
        accounts.forEach(account -> byAddress.put(account.address(), account));
        for (Path path : FileNames.list(folder)) {
            String address = FileNames.decode(FileNames.name(path));
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                report.note(path + " is no folder of an account");
                continue;
            }
            StoredAccount account = byAddress.get(address);
            if (account == null) {
                report.problem(path.toString(), "there is no account " + address + "; make it and import once more");
                continue;
            }
            try {
                take(account, path, format);
            } catch (IOException e) {
                report.problem(path.toString(), String.valueOf(e.getMessage()));
            } catch (StoppedException e) {
                stopped(account, e);
            }
        }
    }

    private void stopped(StoredAccount account, StoppedException e) throws StoreUnavailableException {
        if (e.all() && e.getCause() instanceof StoreUnavailableException cause) {
            throw cause;
        }
        report.problem(account.address(), String.valueOf(e.getMessage()));
    }

    private void take(StoredAccount account, Path folder, Optional<PortFormat> format)
            throws IOException, StoreUnavailableException, StoppedException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder);
        }
        AccountFolder from = format.orElseGet(() -> PortFormat.found(folder)).read(folder);
        report.account();
        for (AccountFolder.Mailbox mailbox : from.mailboxes(report)) {
            try {
                MailboxInfo target = target(account, mailbox);
                new Taking(account, mailbox, target).run();
                report.mailbox();
            } catch (IOException e) {
                report.problem(folder + " " + mailbox.name(), String.valueOf(e.getMessage()));
            } catch (RefusedChangeException e) {
                report.problem(folder + " " + mailbox.name(), "not taken: " + e.getMessage());
            }
        }
        for (String name : from.subscriptions()) {
            try {
                boolean known = store.mailboxes(account.id()).stream()
                        .anyMatch(info -> info.name().equals(name) && info.subscribed());
                if (!known) {
                    Change.Done _ = store.commit(new Change.Subscribe(account.id(), name, true));
                }
            } catch (RefusedChangeException e) {
                report.problem(folder + " subscription of " + name, String.valueOf(e.getMessage()));
            }
        }
    }

    private MailboxInfo target(StoredAccount account, AccountFolder.Mailbox mailbox)
            throws RefusedChangeException, StoreUnavailableException {
        Optional<MailboxInfo> known =
                store.mailbox(account.id(), mailbox.name()).filter(MailboxInfo::selectable);
        if (known.isPresent()) {
            return known.get();
        }
        try {
            return store.commit(new Change.CreateMailbox(account.id(), mailbox.name(), mailbox.role()));
        } catch (RefusedChangeException e) {
            if (e.refusal() != Refusal.USEATTR) {
                throw e;
            }
            report.note(mailbox.name() + " of " + account.address() + " does not get its role: " + e.getMessage());
            return store.commit(new Change.CreateMailbox(account.id(), mailbox.name(), Optional.empty()));
        }
    }

    /// One mailbox.
    private final class Taking {
        private final StoredAccount account;
        private final AccountFolder.Mailbox from;
        private final MailboxInfo target;
        private final OptionalLong quota;
        private final Set<String> keywords = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        /// UIDs are kept so far.
        private boolean keeping;
        /// The UID that the next message would get.
        private long uidNext;

        Taking(StoredAccount account, AccountFolder.Mailbox from, MailboxInfo target) {
            this.account = account;
            this.from = from;
            this.target = target;
            this.quota = quotas.apply(account);
        }

        void run() throws IOException, StoppedException, RefusedChangeException, StoreUnavailableException {
            try (OpenMailbox open = store.open(target.id())) {
                Present present = new Present(open, report);
                keywords.addAll(open.state().keywords());
                uidNext = open.state().uidNext();
                Optional<AccountFolder.Numbers> numbers = from.numbers();
                if (numbers.isPresent()) {
                    keeping = begin(numbers.get(), open.state().uidValidity(), present);
                }
                present.again();
                from.read(message -> take(message, present), report);
                if (numbers.isEmpty()) {
                    return;
                }
                long wanted = numbers.get().uidValidity();
                keeping = keeping
                        && numbering.end(
                                target.id(), wanted, uidNext, numbers.get().uidNext());
                if (!keeping && numbering.uidValidity(target.id()) != wanted) {
                    report.note(target.name() + " of " + account.address()
                            + " keeps its own UIDVALIDITY: clients fetch it anew");
                }
            }
        }

        /// Whether UIDs can be kept, and what must be done before the first message for that.
        private boolean begin(AccountFolder.Numbers numbers, long uidValidity, Present present)
                throws IOException, RefusedChangeException, StoreUnavailableException {
            if (!numbering.possible()) {
                report.note("this store has format 1, which cannot keep UIDs: `mutatio store upgrade` first");
                return false;
            }
            if (numbers.uidValidity() < 1
                    || numbers.uidValidity() > HIGHEST_VALIDITY
                    || numbers.uidNext() > HIGHEST_UID
                    || !numbering.reachable(numbers.highestModSeq())) {
                return false;
            }
            Survey survey = new Survey(present);
            from.survey(survey);
            if (survey.differs || present.left() > 0) {
                return false; // something else lies there
            }
            boolean nothingMissing = survey.firstMissing == 0;
            if (nothingMissing && uidValidity == numbers.uidValidity()) {
                return true; // imported before
            }
            numbering.above(numbers.highestModSeq());
            if (nothingMissing || survey.firstMissing >= uidNext) {
                return true;
            }
            if (target.messages() > 0 || uidValidity == numbers.uidValidity()) {
                return false; // these UIDs were used in it for something else
            }
            if (!numbering.restart(target.id(), survey.firstMissing)) {
                return false;
            }
            uidNext = survey.firstMissing;
            return true;
        }

        private void take(IncomingMessage message, Present present) throws StoppedException {
            Optional<IncomingMessage.Expected> expected = message.expected();
            if (expected.isPresent()
                    && present.take(expected.get().size(), expected.get().sha256())
                            .isPresent()) {
                report.there();
                return;
            }
            try (Spool spool = store.spool()) {
                Summary summary = spooled(message, spool);
                String hash = HexFormat.of().formatHex(bytes(spool.sha256()));
                check(message, spool.size(), hash, summary);
                if (expected.isEmpty() && present.take(spool.size(), hash).isPresent()) {
                    report.there();
                    return;
                }
                store.admit(spool.size());
                commit(message, spool, summary);
                report.message(spool.size());
            } catch (IOException | RefusedMessageException e) {
                report.problem(message.source(), String.valueOf(e.getMessage()));
            } catch (RefusedChangeException e) {
                if (e.refusal() == Refusal.OVERQUOTA) {
                    throw new StoppedException(
                            false,
                            "the account is full (" + e.getMessage() + "), the rest from " + message.source()
                                    + " on was left out; with more quota the same import goes on there");
                }
                report.problem(message.source(), "not taken: " + e.getMessage());
            } catch (StoreUnavailableException e) {
                StoppedException stopped = new StoppedException(true, String.valueOf(e.getMessage()));
                stopped.initCause(e);
                throw stopped;
            }
        }

        private Summary spooled(IncomingMessage message, Spool spool) throws IOException, StoreUnavailableException {
            StructureScanner scanner = new StructureScanner();
            long[] admitted = {0};
            try {
                message.content().transfer(octets -> {
                    ByteBuffer copy = octets.duplicate();
                    try {
                        if (spool.size() - admitted[0] > ADMIT_EVERY) {
                            store.admit(0); // a file that does not end is not to fill the disk
                            admitted[0] = spool.size();
                        }
                        spool.write(octets);
                    } catch (StoreUnavailableException e) {
                        throw new IOException("the spool takes no more", e);
                    }
                    if (message.expected().isPresent()
                            && spool.size() > message.expected().get().size()) {
                        throw new IOException("it is not what the index says: it has more octets");
                    }
                    scanner.accept(copy);
                });
            } catch (IOException e) {
                if (e.getCause() instanceof StoreUnavailableException why) {
                    throw why;
                }
                throw e;
            }
            var _ = spool.content(); // no more octets come
            return scanner.finish();
        }

        private void check(IncomingMessage message, long size, String hash, Summary summary)
                throws RefusedMessageException {
            if (message.expected().isPresent()) {
                IncomingMessage.Expected expected = message.expected().get();
                if (expected.size() != size || !expected.sha256().equals(hash)) {
                    throw new RefusedMessageException("it is not what the index says: " + size + " octets of SHA-256 "
                            + hash + " instead of " + expected.size() + " of " + expected.sha256());
                }
                return; // a store like ours has shown it to clients before
            }
            if (size == 0) {
                throw new RefusedMessageException("an empty file is no message");
            }
            if (summary.has(Fact.NUL)) {
                throw new RefusedMessageException("it has a NUL in it, which IMAP cannot carry (RFC 9051 section 4.3)");
            }
            if (summary.has(Fact.HEADER_BLOCK_TOO_LONG)) {
                throw new RefusedMessageException("its header is longer than 512 KiB");
            }
        }

        private void commit(IncomingMessage message, Spool spool, Summary summary)
                throws RefusedChangeException, StoreUnavailableException {
            long uid = 0;
            if (keeping) {
                uid = message.uid().orElse(0);
                if (uid > HIGHEST_UID) {
                    keeping = false;
                } else if (uid > uidNext) {
                    keeping = numbering.skip(target.id(), uidNext, uid);
                } else {
                    keeping = uid == uidNext;
                }
            }
            Instant now = clock.instant();
            MailId id = MailId.of(now, random);
            Change.Delivered delivered = store.commit(new Change.Deliver(
                    id,
                    now,
                    spool,
                    List.of(new Change.Outcome(
                            List.of(new Change.Slice.Received(0, spool.size())),
                            ByteBuffer.wrap(summary.toBytes()).asReadOnlyBuffer(),
                            List.of(new Change.Placement(
                                    account.id(),
                                    new Change.Place.Id(target.id()),
                                    flags(message),
                                    IncomingMessage.datable(message.date().getEpochSecond()) ? message.date() : now,
                                    quota)),
                            List.of())),
                    trace(id, now, summary),
                    Optional.empty()));
            long given = delivered.placed().getFirst().uid();
            keeping &= given == uid;
            uidNext = given + 1;
        }

        private Flags flags(IncomingMessage message) {
            TreeSet<String> words = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            for (String word : message.flags().keywords()) {
                if (keywords.contains(word) || keywords.size() < MOST_KEYWORDS) {
                    boolean _ = keywords.add(word);
                    boolean _ = words.add(word);
                } else {
                    report.note(message.source() + " loses the keyword " + word + ": a mailbox has at most "
                            + MOST_KEYWORDS);
                }
            }
            return new Flags(message.flags().system(), words);
        }

        private Trace trace(MailId id, Instant now, Summary summary) {
            return new Trace(
                    id,
                    now,
                    "import",
                    "import",
                    "local",
                    account.address(),
                    List.of(account.address()),
                    summary.field("message-id"),
                    0,
                    "kept",
                    List.of(new TraceStep(
                            "commit",
                            "org.mutatio.store",
                            "",
                            account.address(),
                            "",
                            "local",
                            "import of " + summary.size() + " octets to mailbox " + target.id(),
                            0)));
        }
    }

    private static byte[] bytes(ByteBuffer octets) {
        byte[] bytes = new byte[octets.remaining()];
        octets.get(bytes);
        return bytes;
    }

    /// Compares an index with what is there.
    private static final class Survey implements AccountFolder.Surveyor {
        private final Present present;
        private boolean differs;
        private long firstMissing;

        Survey(Present present) {
            this.present = present;
        }

        @Override
        public void line(long uid, long size, String sha256) {
            OptionalLong there = present.take(size, sha256);
            if (there.isEmpty()) {
                firstMissing = firstMissing == 0 ? uid : firstMissing;
            } else if (there.getAsLong() != uid) {
                differs = true;
            }
        }
    }

    /// One message that is not taken.
    private static final class RefusedMessageException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedMessageException(String why) {
            super(why);
        }
    }
}
