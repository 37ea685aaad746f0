package org.mutatio.pipeline.transaction;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.store.Change;
import org.mutatio.api.store.Fingerprint;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.Spool;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.Traces;
import org.mutatio.pipeline.mail.MemoryOctets;
import org.mutatio.sdk.mail.MailId;
import org.mutatio.sdk.mail.Octets;

/// Keeps what is committed, fails on cue.
final class FakeStore implements MailStore, Traces {

    /// A message somewhere, as somebody would read it.
    record Kept(long account, String place, String text, Change.Placement placement) {}

    final List<Change.Deliver> delivered = new ArrayList<>();
    final List<Kept> kept = new ArrayList<>();
    final List<Change.QueueEntry> queue = new ArrayList<>();
    final List<String> queuedTexts = new ArrayList<>();
    final List<Trace> refused = new CopyOnWriteArrayList<>();
    final Map<Fingerprint, MailId> unread = new HashMap<>();
    final Set<Long> full = new HashSet<>();
    private final Map<MailId, Octets> originals = new HashMap<>();

    @Nullable
    StoreUnavailableException unavailable;

    @Nullable
    RefusedChangeException refusing;

    @Override
    public Spool spool() {
        return new MemorySpool();
    }

    static final class MemorySpool implements Spool {
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private @Nullable Octets content;
        private @Nullable ByteBuffer hash;
        boolean closed;

        @Override
        public void write(ByteBuffer more) {
            byte[] array = new byte[more.remaining()];
            more.get(array);
            octets.writeBytes(array);
        }

        @Override
        public long size() {
            return octets.size();
        }

        @Override
        public Octets content() {
            Octets all = content == null ? new MemoryOctets(octets.toByteArray()) : content;
            content = all;
            return all;
        }

        @Override
        public ByteBuffer sha256() {
            if (hash != null) {
                return hash;
            }
            try {
                ByteBuffer made = ByteBuffer.wrap(
                                MessageDigest.getInstance("SHA-256").digest(octets.toByteArray()))
                        .asReadOnlyBuffer();
                hash = made;
                return made;
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Override
    public <R> R commit(Change<R> change) throws RefusedChangeException, StoreUnavailableException {
        if (unavailable != null) {
            throw unavailable;
        }
        if (refusing != null) {
            throw refusing;
        }
        if (!(change instanceof Change.Deliver deliver)) {
            throw new UnsupportedOperationException(change.toString());
        }
        delivered.add(deliver);
        originals.put(deliver.id(), deliver.content().content());
        deliver.fingerprint().ifPresent(print -> unread.put(print, deliver.id()));
        List<Long> entries = new ArrayList<>();
        List<Change.Placed> placed = new ArrayList<>();
        for (Change.Outcome outcome : deliver.outcomes()) {
            String text = text(deliver.content().content(), outcome.rope());
            for (Change.Placement placement : outcome.placements()) {
                kept.add(new Kept(placement.account(), place(placement.mailbox()), text, placement));
                placed.add(new Change.Placed(
                        placement.mailbox() instanceof Change.Place.Id(long mailbox) ? mailbox : 1, 1, kept.size()));
            }
            for (Change.QueueEntry entry : outcome.queue()) {
                queue.add(entry);
                queuedTexts.add(text);
                entries.add((long) queue.size());
            }
        }
        @SuppressWarnings("unchecked") // the result of that change
        R done = (R) new Change.Delivered(deliver.id(), false, placed, entries);
        return done;
    }

    private static String place(Change.Place place) {
        return switch (place) {
            case Change.Place.Role role -> role.role().attribute();
            case Change.Place.Name name -> name.name();
            case Change.Place.Id id -> Long.toString(id.mailbox());
        };
    }

    static String text(Octets received, List<Change.Slice> rope) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Change.Slice slice : rope) {
            switch (slice) {
                case Change.Slice.New octets -> {
                    byte[] array = new byte[octets.octets().remaining()];
                    octets.octets().duplicate().get(array);
                    all.writeBytes(array);
                }
                case Change.Slice.Received range -> {
                    try {
                        received.transfer(range.offset(), range.length(), all);
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void admit(long size) throws StoreUnavailableException {
        if (unavailable != null) {
            throw unavailable;
        }
    }

    @Override
    public Optional<MailId> repeated(Fingerprint fingerprint) {
        return Optional.ofNullable(unread.get(fingerprint));
    }

    @Override
    public void answerRead(MailId id) {
        unread.values().removeIf(id::equals);
    }

    @Override
    public boolean fits(long account, long more, OptionalLong limit) {
        return limit.isEmpty() || !full.contains(account) && more <= limit.getAsLong();
    }

    @Override
    public Usage usage(long account) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<MailboxInfo> mailboxes(long account) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<MailboxInfo> mailbox(long account, String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public OpenMailbox open(long mailbox) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Octets> original(MailId id) {
        return Optional.ofNullable(originals.get(id));
    }

    @Override
    public Optional<StoredAccount> account(String address) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredAccount> accounts() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long sequence() {
        return delivered.size();
    }

    @Override
    public void record(Trace trace) {
        refused.add(trace);
    }

    @Override
    public Optional<Trace> find(MailId id) {
        return refused.stream().filter(trace -> trace.id().equals(id)).findFirst();
    }

    @Override
    public List<Trace> find(Query query) {
        throw new UnsupportedOperationException();
    }
}
