package org.mutatio.store.index;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import org.h2.jdbcx.JdbcDataSource;
import org.mutatio.api.queue.Queue;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.store.UidRange;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.store.event.Event;
import org.mutatio.store.journal.Files;
import org.mutatio.store.journal.Location;
import org.mutatio.store.state.AccountState.MailboxRow;
import org.mutatio.store.state.StoreState;
import org.mutatio.store.view.MessageRow;
import org.mutatio.store.view.UidRanges;

/// One H2 database.
///
/// Threads: [#apply] and the loads belong to the applier and its one connection; readers share a second connection
/// behind a lock. On disk: the file is written between two transactions ([IndexFile]), and `applied` is in each of
/// them, so after a kill the journal is replayed from there.
public final class Index implements AutoCloseable {

    /// H2 writes a larger answer into a file before it gives the first row: 5,000 rows at 128 MB of heap.
    private static final int PAGE = 2_000;
    private static final String NAME = "index";
    private static final long ROOM = 4L << 20;

    private final Connection writer;
    private final Connection reader;
    private final ReentrantLock reading = new ReentrantLock();
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final IndexFile file;
    private final Map<String, PreparedStatement> queries = new HashMap<>();
    private final Locations locations = new Locations();

    private Index(Connection writer, Connection reader, IndexFile file) {
        this.writer = writer;
        this.reader = reader;
        this.file = file;
    }

    /// @param folder where `index.mv.db` lies or will lie
    public static Index open(Path folder, Files files) throws SQLException {
        JdbcDataSource source = new JdbcDataSource();
        // No fsync of its own: the journal has it. There is one writer: a lock that it waits for is a transaction that
        // a
        // kill left behind, and no waiting ends that.
        source.setURL("jdbc:h2:" + files.database(folder.resolve(NAME))
                + ";DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=16384;MAX_COMPACT_TIME=200;LOCK_TIMEOUT=500");
        source.setUser("sa");
        source.setPassword("");
        Connection writer = source.getConnection();
        try {
            writer.setAutoCommit(false);
            try (Statement statement = writer.createStatement()) {
                for (String line : Schema.TABLES) {
                    statement.execute(line);
                }
            }
            writer.commit();
            Connection reader = source.getConnection();
            reader.setReadOnly(true);
            // After the last connection: each sets the database's own delay again.
            return new Index(writer, reader, IndexFile.of(writer, file(folder)));
        } catch (SQLException e) {
            writer.close();
            throw e;
        }
    }

    /// One that is there, of which not an octet is changed; only questions may be asked of it.
    public static Index openReadOnly(Path folder) throws SQLException {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:async:" + folder.resolve(NAME).toAbsolutePath()
                + ";IFEXISTS=TRUE;ACCESS_MODE_DATA=r;FILE_LOCK=NO;TRACE_LEVEL_FILE=0;DB_CLOSE_ON_EXIT=FALSE");
        source.setUser("sa");
        source.setPassword("");
        Connection writer = source.getConnection();
        try {
            return new Index(writer, source.getConnection(), IndexFile.of(writer, file(folder)));
        } catch (SQLException e) {
            writer.close();
            throw e;
        }
    }

    public static Path file(Path folder) {
        return folder.resolve(NAME + ".mv.db");
    }

    /// Whether the disk of a file has room for an index to be written.
    public static boolean room(Path file) throws IOException {
        return java.nio.file.Files.getFileStore(file).getUsableSpace() >= ROOM;
    }

    // ---- meta

    /// Sequence of the last event in it; 0 for a fresh one.
    public long applied() throws SQLException {
        return meta("applied").orElse(0);
    }

    /// Records from here on may hold fingerprints that are not in the table.
    public long fingerprintFloor() throws SQLException {
        return meta("floor").orElse(1);
    }

    /// Whether it may lack mail that was there once: it was made from a journal that had lost some. Not known of one
    /// whose first event a release before this one replayed.
    public boolean salvaged() throws SQLException {
        return meta("salvaged").isPresent();
    }

    /// From now on, in its checkpoints, too.
    public void setSalvaged() throws SQLException {
        setMeta("salvaged", 1);
        writer.commit();
    }

    private OptionalLong meta(String name) throws SQLException {
        PreparedStatement query = prepared("SELECT number FROM meta WHERE name = ?");
        query.setString(1, name);
        try (ResultSet rows = query.executeQuery()) {
            return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
        }
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known == null) {
            known = writer.prepareStatement(sql);
            statements.put(sql, known);
        }
        return known;
    }

    // ---- loading

    /// Fills a fresh state with all but messages.
    public void load(StoreState state) throws SQLException {
        try (Statement statement = writer.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT id, address, display_name, credentials, quota, enabled," + " created FROM account")) {
                while (rows.next()) {
                    long quota = rows.getLong(5);
                    boolean none = rows.wasNull();
                    String credentials = rows.getString(4);
                    state.load(new StoredAccount(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            credentials.isEmpty() ? List.of() : List.of(credentials.split("\n", -1)),
                            none ? OptionalLong.empty() : OptionalLong.of(quota),
                            rows.getBoolean(6),
                            Instant.ofEpochMilli(rows.getLong(7))));
                }
            }
            try (ResultSet rows =
                    statement.executeQuery("SELECT id, account, name, uid_validity, role, uid_next, mod_seq,"
                            + " messages, unseen, deleted, octets FROM mailbox")) {
                while (rows.next()) {
                    String role = rows.getString(5);
                    MailboxRow row = new MailboxRow(
                            rows.getLong(1),
                            rows.getLong(2),
                            rows.getString(3),
                            rows.getLong(4),
                            role.isEmpty() ? null : SpecialUse.valueOf(role));
                    row.uidNext = rows.getLong(6);
                    row.modSeq = rows.getLong(7);
                    row.messages = rows.getLong(8);
                    row.unseen = rows.getLong(9);
                    row.deleted = rows.getLong(10);
                    row.octets = rows.getLong(11);
                    state.load(row);
                }
            }
            try (ResultSet rows = statement.executeQuery("SELECT account, name, empty FROM name")) {
                while (rows.next()) {
                    state.load(new StoreState.Subscription(rows.getLong(1), rows.getString(2), rows.getBoolean(3)));
                }
            }
            try (ResultSet rows = statement.executeQuery("SELECT name, fence FROM lease")) {
                while (rows.next()) {
                    state.load(rows.getString(1), rows.getLong(2));
                }
            }
            try (ResultSet rows =
                    statement.executeQuery("SELECT hex, mail_id, at, seq FROM fingerprint ORDER BY seq")) {
                while (rows.next()) {
                    state.load(
                            rows.getString(1),
                            new StoreState.Unanswered(rows.getString(2), rows.getLong(3), rows.getLong(4)));
                }
            }
            try (ResultSet rows = statement.executeQuery("SELECT text FROM meta WHERE name = 'deployment'")) {
                String deployment = rows.next() ? rows.getString(1) : "";
                state.load(new StoreState.Counters(
                        meta("next_account").orElse(1),
                        meta("next_mailbox").orElse(1),
                        meta("next_queue").orElse(1),
                        meta("next_uid_validity").orElse(1),
                        meta("policy_version").orElse(0),
                        deployment));
            }
        }
    }

    /// All messages of a mailbox, UIDs ascending.
    public List<MessageRow> messages(long mailbox) throws SQLException {
        PreparedStatement query = prepared("SELECT uid, mod_seq, flags, keywords, octets, at, mail, form FROM message"
                + " WHERE mailbox = ? AND uid > ? ORDER BY uid LIMIT " + PAGE);
        Map<String, Flags> interned = new HashMap<>();
        List<MessageRow> messages = new ArrayList<>();
        long after = 0;
        int found;
        do {
            query.setLong(1, mailbox);
            query.setLong(2, after);
            found = 0;
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found++;
                    after = rows.getLong(1);
                    int bits = rows.getInt(3);
                    String words = rows.getString(4);
                    Flags flags = words.isEmpty()
                            ? Flags.of(bits)
                            : interned.computeIfAbsent(
                                    bits + " " + words, _ -> Event.flags(bits, List.of(words.split(" ", -1))));
                    messages.add(new MessageRow(
                            after,
                            rows.getLong(2),
                            flags,
                            rows.getLong(5),
                            rows.getLong(6),
                            rows.getLong(7),
                            rows.getInt(8)));
                }
            }
        } while (found == PAGE);
        return messages;
    }

    // ---- applying

    /// One event with its place.
    public record Applied(long sequence, long time, Location location, Event event) {}

    /// A batch in one transaction.
    ///
    /// @param state after the batch: gives the counters of the mailboxes that were touched
    public void apply(List<Applied> batch, StoreState state, FingerprintWindow window) throws SQLException {
        try {
            Set<Long> touched = new HashSet<>();
            Statements many = new Statements();
            for (Applied applied : batch) {
                apply(applied, touched, many);
            }
            many.run();
            counters(touched, state);
            long sequence = batch.getLast().sequence();
            fingerprints(window, sequence);
            StoreState.Counters counters = state.counters();
            setMeta("applied", sequence);
            setMeta("next_account", counters.account());
            setMeta("next_mailbox", counters.mailbox());
            setMeta("next_queue", counters.queue());
            setMeta("next_uid_validity", counters.uidValidity());
            setMeta("policy_version", counters.policyVersion());
            writer.commit();
        } catch (SQLException e) {
            writer.rollback();
            throw e;
        }
        file.storeIfDue();
    }

    /// Fingerprints to write down and to drop with this transaction.
    ///
    /// @param put unanswered for a while
    /// @param drop answered after they were written down
    /// @param floor sequence from which on the journal knows the others
    public record FingerprintWindow(Map<String, StoreState.Unanswered> put, List<String> drop, long floor) {}

    private void fingerprints(FingerprintWindow window, long sequence) throws SQLException {
        if (!window.put().isEmpty()) {
            PreparedStatement merge =
                    prepared("MERGE INTO fingerprint (hex, mail_id, at, seq) KEY (hex) VALUES (?, ?, ?, ?)");
            for (var entry : window.put().entrySet()) {
                merge.setString(1, entry.getKey());
                merge.setString(2, entry.getValue().mailId());
                merge.setLong(3, entry.getValue().at());
                merge.setLong(4, entry.getValue().sequence());
                merge.addBatch();
            }
            merge.executeBatch();
        }
        if (!window.drop().isEmpty()) {
            PreparedStatement delete = prepared("DELETE FROM fingerprint WHERE hex = ?");
            for (String hex : window.drop()) {
                delete.setString(1, hex);
                delete.addBatch();
            }
            delete.executeBatch();
        }
        setMeta("floor", Math.min(window.floor(), sequence + 1));
    }

    private void setMeta(String name, long number) throws SQLException {
        PreparedStatement merge = prepared("MERGE INTO meta (name, number) KEY (name) VALUES (?, ?)");
        merge.setString(1, name);
        merge.setLong(2, number);
        merge.executeUpdate();
    }

    /// Statements that gather rows over a batch. An order between kinds is kept where it matters: rows come before
    /// what changes them, since [#run] is called between.
    private final class Statements {
        private final Map<String, Integer> filled = new LinkedHashMap<>();

        PreparedStatement of(String sql) throws SQLException {
            filled.merge(sql, 1, Integer::sum);
            return prepared(sql);
        }

        void run() throws SQLException {
            for (String sql : filled.keySet()) {
                prepared(sql).executeBatch();
            }
            filled.clear();
        }
    }

    private static final String INSERT_MESSAGE = "INSERT INTO message"
            + " (mailbox, uid, mod_seq, flags, keywords, octets, at, mail, form) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String INSERT_MAIL =
            "INSERT INTO mail (seq, mail_id, segment, at, live, octets) VALUES (?, ?, ?, ?, ?, ?)";
    private static final String CHANGE_LIVE = "UPDATE mail SET live = live + ? WHERE seq = ?";

    private void apply(Applied applied, Set<Long> touched, Statements many) throws SQLException {
        long sequence = applied.sequence();
        if (!(applied.event() instanceof Event.MailAccepted)) {
            many.run();
        }
        switch (applied.event()) {
            case Event.MailAccepted mail -> accepted(applied, mail, touched, many);
            case Event.MailboxCreated created -> created(created, touched);
            case Event.MailboxRenamed renamed -> {
                PreparedStatement update = prepared("UPDATE mailbox SET name = ? WHERE id = ?");
                for (var entry : renamed.names().entrySet()) {
                    update.setString(1, entry.getValue());
                    update.setLong(2, entry.getKey());
                    update.addBatch();
                }
                update.executeBatch();
                names(renamed.account(), touched);
            }
            case Event.MailboxDeleted deleted -> {
                if (deleted.id() != 0) {
                    dropMailbox(deleted.id());
                    touched.remove(deleted.id());
                }
                names(deleted.account(), touched);
            }
            case Event.Subscribed subscribed -> names(subscribed.account(), touched);
            case Event.FlagsChanged flags -> {
                PreparedStatement update = prepared(
                        "UPDATE message SET flags = ?, keywords = ?, mod_seq = ? WHERE mailbox = ? AND uid BETWEEN ? AND ?");
                for (Event.FlagGroup group : flags.groups()) {
                    for (UidRange range : UidRanges.ranges(group.uids())) {
                        update.setInt(1, group.flags());
                        update.setString(2, String.join(" ", group.keywords()));
                        update.setLong(3, sequence);
                        update.setLong(4, flags.mailbox());
                        update.setLong(5, range.first());
                        update.setLong(6, range.last());
                        update.addBatch();
                    }
                }
                update.executeBatch();
                touched.add(flags.mailbox());
            }
            case Event.Copied copied -> copied(sequence, copied, touched, many);
            case Event.Expunged expunged -> {
                expunge(sequence, expunged.mailbox(), UidRanges.ranges(expunged.uids()));
                touched.add(expunged.mailbox());
            }
            case Event.AccountSaved saved -> saved(saved, touched);
            case Event.AccountDeleted gone -> {
                for (long mailbox : gone.mailboxes()) {
                    dropMailbox(mailbox);
                    touched.remove(mailbox);
                }
                delete("DELETE FROM name WHERE account = ?", gone.id());
                delete("DELETE FROM account WHERE id = ?", gone.id());
            }
            case Event.DeploymentRecorded recorded -> {
                PreparedStatement merge = prepared("MERGE INTO meta (name, text) KEY (name) VALUES ('deployment', ?)");
                merge.setString(1, recorded.text());
                merge.executeUpdate();
            }
            case Event.QueueChanged changed -> queueChanged(changed);
            case Event.LeaseTaken lease -> {
                PreparedStatement merge = prepared("MERGE INTO lease (name, fence) KEY (name) VALUES (?, ?)");
                merge.setString(1, lease.name());
                merge.setLong(2, lease.fence());
                merge.executeUpdate();
            }
            case Event.RecordMoved moved -> {
                PreparedStatement update = prepared("UPDATE mail SET segment = ?, at = ? WHERE seq = ?");
                update.setLong(1, applied.location().segment());
                update.setInt(2, applied.location().offset());
                update.setLong(3, moved.mail());
                update.executeUpdate();
                locations.forget(moved.mail());
            }
            case Event.Restored restored -> {
                PreparedStatement update = prepared("UPDATE mailbox SET uid_validity = ? WHERE id = ?");
                for (var entry : restored.uidValidity().entrySet()) {
                    update.setLong(1, entry.getValue());
                    update.setLong(2, entry.getKey());
                    update.addBatch();
                    touched.add(entry.getKey());
                }
                update.executeBatch();
            }
            case Event.MailboxNumbered numbered -> {
                PreparedStatement update = prepared("UPDATE mailbox SET uid_validity = ? WHERE id = ?");
                update.setLong(1, numbered.uidValidity());
                update.setLong(2, numbered.mailbox());
                update.executeUpdate();
                touched.add(numbered.mailbox());
            }
            case Event.PolicyDeployed _, Event.KeyCreated _, Event.AnswersRead _, Event.Erased _ -> {}
        }
    }

    private void accepted(Applied applied, Event.MailAccepted mail, Set<Long> touched, Statements many)
            throws SQLException {
        for (Event.MailboxCreated created : mail.created()) {
            created(created, touched);
        }
        int live = 0;
        for (int form = 0; form < mail.forms().size(); form++) {
            Event.Form outcome = mail.forms().get(form);
            for (Event.Placed placed : outcome.placed()) {
                insert(
                        many.of(INSERT_MESSAGE),
                        placed.mailbox(),
                        applied.sequence(),
                        new MessageRow(
                                placed.uid(),
                                applied.sequence(),
                                placed.asFlags(),
                                outcome.size(),
                                placed.dateSeconds(),
                                applied.sequence(),
                                form));
                touched.add(placed.mailbox());
                live++;
            }
            for (Event.Queued queued : outcome.queued()) {
                queued(applied, form, outcome.size(), queued);
                live++;
            }
        }
        PreparedStatement insert = many.of(INSERT_MAIL);
        insert.setLong(1, applied.sequence());
        insert.setString(2, mail.id());
        insert.setLong(3, applied.location().segment());
        insert.setInt(4, applied.location().offset());
        insert.setInt(5, live);
        insert.setLong(6, mail.blob().isEmpty() ? mail.size() : 0);
        insert.addBatch();
    }

    private static void insert(PreparedStatement insert, long mailbox, long sequence, MessageRow row)
            throws SQLException {
        insert.setLong(1, mailbox);
        insert.setLong(2, row.uid());
        insert.setLong(3, sequence);
        insert.setInt(4, row.flags().system());
        insert.setString(5, String.join(" ", row.flags().keywords()));
        insert.setLong(6, row.octets());
        insert.setLong(7, row.dateSeconds());
        insert.setLong(8, row.mail());
        insert.setInt(9, row.form());
        insert.addBatch();
    }

    private void queued(Applied applied, int form, long size, Event.Queued queued) throws SQLException {
        PreparedStatement insert =
                prepared("INSERT INTO queue (id, mail, mail_id, form, lane, sender, recipients, state,"
                        + " attempts, queued, next_attempt, expires, octets, last_result, attributes)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, '', ?)");
        insert.setLong(1, queued.id());
        insert.setLong(2, applied.sequence());
        insert.setString(3, ((Event.MailAccepted) applied.event()).id());
        insert.setInt(4, form);
        insert.setString(5, queued.lane());
        insert.setString(6, queued.sender());
        insert.setString(
                7,
                String.join(
                        "\n",
                        queued.recipients().stream()
                                .map(Event.QueuedRecipient::address)
                                .toList()));
        insert.setString(8, queued.held() ? "held" : "waiting");
        insert.setLong(9, applied.time());
        insert.setLong(10, queued.notBefore());
        insert.setLong(11, queued.expires());
        insert.setLong(12, size);
        StringBuilder attributes = new StringBuilder();
        queued.attributes()
                .forEach((name, value) -> attributes
                        .append(name)
                        .append('=')
                        .append(value.replace("\n", " "))
                        .append('\n'));
        insert.setString(13, attributes.toString());
        insert.executeUpdate();
    }

    private void created(Event.MailboxCreated created, Set<Long> touched) throws SQLException {
        PreparedStatement insert =
                prepared("INSERT INTO mailbox (id, account, name, uid_validity, role, uid_next, mod_seq,"
                        + " messages, unseen, deleted, octets) VALUES (?, ?, ?, ?, ?, 1, 1, 0, 0, 0, 0)");
        insert.setLong(1, created.id());
        insert.setLong(2, created.account());
        insert.setString(3, created.name());
        insert.setLong(4, created.uidValidity());
        insert.setString(5, created.role());
        insert.executeUpdate();
        touched.add(created.id());
        names(created.account(), touched);
    }

    /// Subscriptions and empty names of an account changed: they are written anew with the counters.
    private static void names(long account, Set<Long> touched) {
        touched.add(-account);
    }

    private void dropMailbox(long mailbox) throws SQLException {
        delete("UPDATE mail SET live = live - 1 WHERE seq IN (SELECT mail FROM message WHERE mailbox = ?)", mailbox);
        repeats(mailbox, new UidRange(1, 0xFFFF_FFFFL));
        delete("DELETE FROM message WHERE mailbox = ?", mailbox);
        delete("DELETE FROM expunged WHERE mailbox = ?", mailbox);
        delete("DELETE FROM mailbox WHERE id = ?", mailbox);
    }

    private void delete(String sql, long id) throws SQLException {
        PreparedStatement delete = prepared(sql);
        delete.setLong(1, id);
        delete.executeUpdate();
    }

    private void copied(long sequence, Event.Copied copied, Set<Long> touched, Statements many) throws SQLException {
        UidRanges sources = new UidRanges();
        for (Event.CopiedMessage message : copied.messages()) {
            insert(
                    many.of(INSERT_MESSAGE),
                    copied.to(),
                    sequence,
                    new MessageRow(
                            message.uid(),
                            sequence,
                            message.asFlags(),
                            message.size(),
                            message.dateSeconds(),
                            message.mail(),
                            message.form()));
            PreparedStatement live = many.of(CHANGE_LIVE);
            live.setInt(1, 1);
            live.setLong(2, message.mail());
            live.addBatch();
            sources.add(message.source());
        }
        many.run();
        touched.add(copied.to());
        if (copied.move()) {
            expunge(sequence, copied.from(), sources.list());
            touched.add(copied.from());
        }
    }

    /// The same mail may lie in a mailbox more than once; one row is one reference, and `IN` counted it once.
    private void repeats(long mailbox, UidRange uids) throws SQLException {
        PreparedStatement query = prepared("SELECT mail, COUNT(*) - 1 FROM message WHERE mailbox = ?"
                + " AND uid BETWEEN ? AND ? GROUP BY mail HAVING COUNT(*) > 1");
        query.setLong(1, mailbox);
        query.setLong(2, uids.first());
        query.setLong(3, uids.last());
        PreparedStatement live = prepared(CHANGE_LIVE);
        boolean any = false;
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                live.setInt(1, -rows.getInt(2));
                live.setLong(2, rows.getLong(1));
                live.addBatch();
                any = true;
            }
        }
        if (any) {
            live.executeBatch();
        }
    }

    private void expunge(long sequence, long mailbox, List<UidRange> ranges) throws SQLException {
        PreparedStatement live = prepared("UPDATE mail SET live = live - 1 WHERE seq IN"
                + " (SELECT mail FROM message WHERE mailbox = ? AND uid BETWEEN ? AND ?)");
        PreparedStatement keep = prepared("INSERT INTO expunged (mailbox, uid, mod_seq)"
                + " SELECT mailbox, uid, ? FROM message WHERE mailbox = ? AND uid BETWEEN ? AND ?");
        PreparedStatement delete = prepared("DELETE FROM message WHERE mailbox = ? AND uid BETWEEN ? AND ?");
        for (UidRange range : ranges) {
            if (range.size() == 1) {
                PreparedStatement one = prepared(
                        "UPDATE mail SET live = live - 1 WHERE seq = (SELECT mail FROM message WHERE mailbox = ? AND uid = ?)");
                one.setLong(1, mailbox);
                one.setLong(2, range.first());
                one.executeUpdate();
            } else {
                live.setLong(1, mailbox);
                live.setLong(2, range.first());
                live.setLong(3, range.last());
                live.executeUpdate();
                repeats(mailbox, range);
            }
            keep.setLong(1, sequence);
            keep.setLong(2, mailbox);
            keep.setLong(3, range.first());
            keep.setLong(4, range.last());
            keep.executeUpdate();
            delete.setLong(1, mailbox);
            delete.setLong(2, range.first());
            delete.setLong(3, range.last());
            delete.executeUpdate();
        }
    }

    private void saved(Event.AccountSaved saved, Set<Long> touched) throws SQLException {
        PreparedStatement merge = prepared("MERGE INTO account (id, address, display_name, credentials, quota, enabled,"
                + " created) KEY (id) VALUES (?, ?, ?, ?, ?, ?, ?)");
        merge.setLong(1, saved.id());
        merge.setString(2, saved.address());
        merge.setString(3, saved.displayName());
        merge.setString(4, String.join("\n", saved.credentials()));
        if (saved.quota() < 0) {
            merge.setNull(5, java.sql.Types.BIGINT);
        } else {
            merge.setLong(5, saved.quota());
        }
        merge.setBoolean(6, saved.enabled());
        merge.setLong(7, saved.created());
        merge.executeUpdate();
        for (Event.MailboxCreated box : saved.mailboxes()) {
            created(box, touched);
        }
    }

    private void queueChanged(Event.QueueChanged changed) throws SQLException {
        for (long id : changed.entries()) {
            if (changed.state().equals("dropped")) {
                delete("UPDATE mail SET live = live - 1 WHERE seq = (SELECT mail FROM queue WHERE id = ?)", id);
                delete("DELETE FROM queue WHERE id = ?", id);
                continue;
            }
            PreparedStatement update = prepared("UPDATE queue SET state = ?, last_result = ?,"
                    + " next_attempt = CASE WHEN ? > 0 THEN ? ELSE next_attempt END WHERE id = ?");
            update.setString(1, changed.state());
            update.setString(2, changed.reason());
            update.setLong(3, changed.nextAttempt());
            update.setLong(4, changed.nextAttempt());
            update.setLong(5, id);
            update.executeUpdate();
        }
    }

    private void counters(Set<Long> touched, StoreState state) throws SQLException {
        PreparedStatement update = prepared("UPDATE mailbox SET uid_next = ?, mod_seq = ?, messages = ?, unseen = ?,"
                + " deleted = ?, octets = ? WHERE id = ?");
        boolean any = false;
        for (long id : touched) {
            if (id > 0) {
                var info = state.mailbox(id);
                if (info.isPresent()) {
                    update.setLong(1, info.get().uidNext());
                    update.setLong(2, info.get().highestModSeq());
                    update.setLong(3, info.get().messages());
                    update.setLong(4, info.get().unseen());
                    update.setLong(5, info.get().deleted());
                    update.setLong(6, info.get().size());
                    update.setLong(7, id);
                    update.addBatch();
                    any = true;
                }
            } else {
                rewriteNames(-id, state);
            }
        }
        if (any) {
            update.executeBatch();
        }
    }

    private void rewriteNames(long account, StoreState state) throws SQLException {
        delete("DELETE FROM name WHERE account = ?", account);
        PreparedStatement insert = prepared("INSERT INTO name (account, name, empty) VALUES (?, ?, ?)");
        for (StoreState.Subscription name : state.subscriptions(account)) {
            insert.setLong(1, account);
            insert.setString(2, name.name());
            insert.setBoolean(3, name.emptyName());
            insert.addBatch();
        }
        insert.executeBatch();
    }

    // ---- questions of readers

    /// One reading statement, under the readers' lock.
    private interface Question<R> {
        R ask(ResultSet rows) throws SQLException;
    }

    private interface Filling {
        void fill(PreparedStatement statement) throws SQLException;
    }

    private <R> R ask(String sql, Filling filling, Question<R> question) throws SQLException {
        reading.lock();
        try {
            PreparedStatement query = queries.get(sql);
            if (query == null) {
                query = reader.prepareStatement(sql);
                queries.put(sql, query);
            }
            filling.fill(query);
            try (ResultSet rows = query.executeQuery()) {
                return question.ask(rows);
            }
        } finally {
            reading.unlock();
        }
    }

    /// Where the record of a mail lies.
    public Optional<Location> mail(long sequence) throws SQLException {
        Optional<Location> known = locations.get(sequence);
        if (known.isPresent()) {
            return known;
        }
        long upTo = locations.upTo(sequence);
        return ask(
                "SELECT seq, segment, at FROM mail WHERE seq BETWEEN ? AND ?",
                query -> {
                    query.setLong(1, sequence);
                    query.setLong(2, upTo);
                },
                rows -> {
                    Optional<Location> found = Optional.empty();
                    while (rows.next()) {
                        long mail = rows.getLong(1);
                        Location location = new Location(rows.getLong(2), rows.getInt(3));
                        locations.put(mail, location);
                        if (mail == sequence) {
                            found = Optional.of(location);
                        }
                    }
                    return found;
                });
    }

    /// Where a record lies was told, and it is not there any more: compaction moved it, and its segment is gone.
    public void moved(long sequence) {
        locations.forget(sequence);
    }

    public Optional<Location> mail(MailId id) throws SQLException {
        return ask(
                "SELECT segment, at FROM mail WHERE mail_id = ?",
                query -> query.setString(1, id.text()),
                rows -> rows.next() ? Optional.of(new Location(rows.getLong(1), rows.getInt(2))) : Optional.empty());
    }

    /// Mails whose record lies in a segment and that still lie in a mailbox or the queue.
    public long live(long segment) throws SQLException {
        return ask(
                "SELECT COUNT(*) FROM mail WHERE segment = ? AND live > 0",
                query -> query.setLong(1, segment),
                rows -> rows.next() ? rows.getLong(1) : 0L);
    }

    /// Octets of live mails whose records lie in segments from one to another.
    public long liveOctets(long first, long last) throws SQLException {
        return ask(
                "SELECT COALESCE(SUM(octets), 0) FROM mail WHERE segment BETWEEN ? AND ? AND live > 0",
                query -> {
                    query.setLong(1, first);
                    query.setLong(2, last);
                },
                rows -> rows.next() ? rows.getLong(1) : 0L);
    }

    /// Whether the mail's record lies there and the mail lies in a mailbox or the queue.
    public boolean liveAt(long mail, Location location) throws SQLException {
        return ask(
                "SELECT COUNT(*) FROM mail WHERE seq = ? AND segment = ? AND at = ? AND live > 0",
                query -> {
                    query.setLong(1, mail);
                    query.setLong(2, location.segment());
                    query.setInt(3, location.offset());
                },
                rows -> rows.next() && rows.getLong(1) > 0);
    }

    /// Ids of the mails whose records lie between two sequences, at most a thousand.
    public List<String> mailsBetween(long first, long last) throws SQLException {
        return ask(
                "SELECT mail_id FROM mail WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT 1000",
                query -> {
                    query.setLong(1, first);
                    query.setLong(2, last);
                },
                rows -> {
                    List<String> found = new ArrayList<>();
                    while (rows.next()) {
                        found.add(rows.getString(1));
                    }
                    return found;
                });
    }

    /// Ids of the mails whose records begin in a part of a segment and that lie in a mailbox or the queue.
    public List<String> liveIn(long segment, long from, long to) throws SQLException {
        return ask(
                "SELECT mail_id FROM mail WHERE segment = ? AND at >= ? AND at < ? AND live > 0 ORDER BY seq LIMIT 1000",
                query -> {
                    query.setLong(1, segment);
                    query.setLong(2, from);
                    query.setLong(3, to);
                },
                rows -> {
                    List<String> found = new ArrayList<>();
                    while (rows.next()) {
                        found.add(rows.getString(1));
                    }
                    return found;
                });
    }

    /// A mail, and a place where it lies.
    ///
    /// @param mailbox 0: it lies in no mailbox
    /// @param queued id of an entry of the queue, 0: none
    public record Place(String mail, long mailbox, long uid, long queued) {}

    /// All places of the mails whose records begin in a part of a segment. Reads all messages: for repairs.
    public List<Place> placesOf(long segment, long from, long to) throws SQLException {
        return ask(
                "SELECT l.mail_id, COALESCE(m.mailbox, 0), COALESCE(m.uid, 0), COALESCE(q.id, 0) FROM mail l"
                        + " LEFT JOIN message m ON m.mail = l.seq LEFT JOIN queue q ON q.mail = l.seq"
                        + " WHERE l.segment = ? AND l.at >= ? AND l.at < ? ORDER BY l.seq, m.mailbox, m.uid",
                query -> {
                    query.setLong(1, segment);
                    query.setLong(2, from);
                    query.setLong(3, to);
                },
                rows -> {
                    List<Place> places = new ArrayList<>();
                    while (rows.next()) {
                        places.add(new Place(rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getLong(4)));
                    }
                    return places;
                });
    }

    /// Which message of a mailbox is which mail.
    ///
    /// @param mail sequence of its MailAccepted
    public record Holding(long uid, long mail) {}

    /// All messages of a mailbox.
    public List<Holding> holdings(long mailbox) throws SQLException {
        return ask(
                "SELECT uid, mail FROM message WHERE mailbox = ? ORDER BY uid",
                query -> query.setLong(1, mailbox),
                rows -> {
                    List<Holding> all = new ArrayList<>();
                    while (rows.next()) {
                        all.add(new Holding(rows.getLong(1), rows.getLong(2)));
                    }
                    return all;
                });
    }

    /// Who holds mails between two sequences: accounts, and 0 for the queue. One statement, so one moment: a message
    /// that is being moved is seen in one of its places. Reads all messages: for erasing.
    ///
    /// @param wanted which mails
    public Map<Long, Set<Long>> holders(long first, long last, LongPredicate wanted) throws SQLException {
        return ask(
                "SELECT m.mail, b.account FROM message m JOIN mailbox b ON b.id = m.mailbox"
                        + " WHERE m.mail BETWEEN ? AND ?"
                        + " UNION ALL SELECT q.mail, 0 FROM queue q WHERE q.mail BETWEEN ? AND ?",
                query -> {
                    query.setLong(1, first);
                    query.setLong(2, last);
                    query.setLong(3, first);
                    query.setLong(4, last);
                },
                rows -> {
                    Map<Long, Set<Long>> holders = new HashMap<>();
                    while (rows.next()) {
                        if (wanted.test(rows.getLong(1))) {
                            boolean _ = holders.computeIfAbsent(rows.getLong(1), _ -> new HashSet<>())
                                    .add(rows.getLong(2));
                        }
                    }
                    return holders;
                });
    }

    /// Drops the rows of dead mails whose records lay in a segment that is gone.
    public void forget(long segment) throws SQLException {
        try (PreparedStatement delete = writer.prepareStatement("DELETE FROM mail WHERE segment = ? AND live <= 0")) {
            delete.setLong(1, segment);
            int _ = delete.executeUpdate();
            writer.commit();
        } catch (SQLException e) {
            writer.rollback();
            throw e;
        }
    }

    /// Counts anew what the mailboxes say of themselves: after a replay that had to pass over damage.
    public void recount() throws SQLException {
        try (Statement statement = writer.createStatement()) {
            int _ = statement.executeUpdate(
                    "UPDATE mailbox b SET (messages, unseen, deleted, octets) = (SELECT COUNT(*),"
                            + " COALESCE(SUM(CASE WHEN BITAND(m.flags, " + Flags.SEEN + ") = 0 THEN 1 ELSE 0 END), 0),"
                            + " COALESCE(SUM(CASE WHEN BITAND(m.flags, " + Flags.DELETED
                            + ") <> 0 THEN 1 ELSE 0 END), 0),"
                            + " COALESCE(SUM(m.octets), 0) FROM message m WHERE m.mailbox = b.id)");
            writer.commit();
        }
    }

    /// References of messages to mails that have no row: must be none.
    public List<String> danglingReferences() throws SQLException {
        return ask(
                "SELECT m.mailbox, m.uid, m.mail FROM message m LEFT JOIN mail l ON l.seq = m.mail"
                        + " WHERE l.seq IS NULL LIMIT 100",
                _ -> {},
                rows -> {
                    List<String> found = new ArrayList<>();
                    while (rows.next()) {
                        found.add("mailbox " + rows.getLong(1) + " UID " + rows.getLong(2) + " names record "
                                + rows.getLong(3) + ", which the index does not have");
                    }
                    return found;
                });
    }

    /// Mailboxes whose counters differ from a recount: must be none.
    public List<String> wrongCounters() throws SQLException {
        return ask(
                "SELECT b.id, b.name, b.messages, COUNT(m.uid), b.octets, COALESCE(SUM(m.octets), 0) FROM mailbox b"
                        + " LEFT JOIN message m ON m.mailbox = b.id GROUP BY b.id, b.name, b.messages, b.octets"
                        + " HAVING b.messages <> COUNT(m.uid) OR b.octets <> COALESCE(SUM(m.octets), 0) LIMIT 100",
                _ -> {},
                rows -> {
                    List<String> found = new ArrayList<>();
                    while (rows.next()) {
                        found.add("mailbox " + rows.getLong(1) + " " + rows.getString(2) + " counts " + rows.getLong(3)
                                + " messages and " + rows.getLong(5) + " octets, and has " + rows.getLong(4) + " and "
                                + rows.getLong(6));
                    }
                    return found;
                });
    }

    private static final String QUEUE_COLUMNS = "SELECT id, mail_id, lane, sender, recipients, state, attempts, queued,"
            + " next_attempt, expires, octets, last_result, attributes, mail, form FROM queue";

    public List<Queue.Entry> queue(Optional<String> lane, long after, int most) throws SQLException {
        return ask(
                QUEUE_COLUMNS + " WHERE id > ? AND (? = '' OR lane = ?) ORDER BY id LIMIT ?",
                query -> {
                    query.setLong(1, after);
                    query.setString(2, lane.orElse(""));
                    query.setString(3, lane.orElse(""));
                    query.setInt(4, most);
                },
                Index::entries);
    }

    public List<Queue.Entry> queue(MailId mail) throws SQLException {
        return ask(
                QUEUE_COLUMNS + " WHERE mail_id = ? ORDER BY id",
                query -> query.setString(1, mail.text()),
                Index::entries);
    }

    public Optional<Queue.Entry> queue(long id) throws SQLException {
        return ask(QUEUE_COLUMNS + " WHERE id = ?", query -> query.setLong(1, id), Index::entries).stream()
                .findFirst();
    }

    /// Which record and form an entry sends.
    public Optional<QueuedForm> queuedForm(long id) throws SQLException {
        return ask(
                "SELECT mail, form FROM queue WHERE id = ?",
                query -> query.setLong(1, id),
                rows -> rows.next() ? Optional.of(new QueuedForm(rows.getLong(1), rows.getInt(2))) : Optional.empty());
    }

    public record QueuedForm(long mail, int form) {}

    public Map<String, Long> lanes() throws SQLException {
        return ask("SELECT lane, COUNT(*) FROM queue GROUP BY lane ORDER BY lane", _ -> {}, rows -> {
            Map<String, Long> lanes = new LinkedHashMap<>();
            while (rows.next()) {
                lanes.put(rows.getString(1), rows.getLong(2));
            }
            return lanes;
        });
    }

    private static List<Queue.Entry> entries(ResultSet rows) throws SQLException {
        List<Queue.Entry> entries = new ArrayList<>();
        while (rows.next()) {
            Map<String, String> attributes = new HashMap<>();
            for (String line : rows.getString(13).split("\n", -1)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    attributes.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
            entries.add(new Queue.Entry(
                    rows.getLong(1),
                    new MailId(rows.getString(2)),
                    rows.getString(3),
                    rows.getString(4),
                    List.of(rows.getString(5).split("\n", -1)),
                    rows.getString(6),
                    rows.getInt(7),
                    Instant.ofEpochMilli(rows.getLong(8)),
                    Instant.ofEpochMilli(rows.getLong(9)),
                    Instant.ofEpochMilli(rows.getLong(10)),
                    rows.getLong(11),
                    rows.getString(12),
                    attributes));
        }
        return entries;
    }

    /// What the index is now, to be written down later while it goes on. By the thread that applies.
    public Checkpoint checkpoint() throws SQLException, IOException {
        long applied = applied();
        writer.commit();
        return new Checkpoint(applied, file.copy());
    }

    /// A moment of the index; for one thread.
    public static final class Checkpoint implements AutoCloseable {
        private final long applied;
        private final IndexFile.Copy copy;

        private Checkpoint(long applied, IndexFile.Copy copy) {
            this.applied = applied;
            this.copy = copy;
        }

        /// Sequence of the last event in it.
        public long applied() {
            return applied;
        }

        /// @param zip not there yet
        /// @throws IOException also when the index was closed meanwhile
        public void write(Path zip) throws IOException {
            copy.write(zip);
        }

        @Override
        public void close() throws IOException {
            copy.close();
        }
    }

    /// Closes and forces the file, so that a clean stop leaves an index to trust.
    @Override
    public void close() throws SQLException {
        file.closing();
        reading.lock();
        try {
            reader.close();
        } finally {
            reading.unlock();
        }
        try (Statement statement = writer.createStatement()) {
            statement.execute("SHUTDOWN");
        } catch (SQLException e) {
            // A database that failed before closes itself; the caller rebuilds it.
            if (!writer.isClosed()) {
                throw e;
            }
        } finally {
            writer.close();
        }
    }

    /// For callers that must turn an SQL failure into a failed read.
    public static IOException failed(String what, SQLException e) {
        return new IOException(what + ": " + e.getMessage(), e);
    }
}
