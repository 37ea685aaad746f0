package org.mutatio.store.port;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.store.journal.Hashes;

/// The messages that lie in the target mailbox before an import: each of them stands for one of the import, so that
/// what was copied twice on purpose stays twice, and a second import brings nothing. Only those of a size that comes
/// in are read.
final class Present {
    private final OpenMailbox mailbox;
    private final PortReport report;
    private final Map<Long, Equal> bySize = new HashMap<>();
    private final Map<Long, String> hashes = new HashMap<>();
    /// Read, and standing for nobody yet; by hash, UIDs ascending.
    private final Map<String, ArrayDeque<Long>> free = new HashMap<>();
    private int taken;

    /// Messages of one size, UIDs ascending; those before `next` were read and are in `free` or taken.
    private static final class Equal {
        private final List<Long> uids = new ArrayList<>(1);
        private int next;
    }

    Present(OpenMailbox mailbox, PortReport report) {
        this.mailbox = mailbox;
        this.report = report;
        MailboxState state = mailbox.state();
        for (int position = 0; position < state.size(); position++) {
            bySize.computeIfAbsent(state.octets(position), _ -> new Equal())
                    .uids
                    .add(state.uid(position));
        }
    }

    /// All stand for nobody again.
    void again() {
        free.clear();
        bySize.values().forEach(equal -> equal.next = 0);
        taken = 0;
    }

    /// How many stand for nobody yet.
    int left() {
        return mailbox.state().size() - taken;
    }

    /// @param sha256 hex
    /// @return the UID of the message that stands for it from now on
    OptionalLong take(long size, String sha256) {
        ArrayDeque<Long> read = free.get(sha256);
        if (read != null && !read.isEmpty()) {
            taken++;
            return OptionalLong.of(read.remove());
        }
        Equal equal = bySize.get(size);
        while (equal != null && equal.next < equal.uids.size()) {
            long uid = equal.uids.get(equal.next++);
            String hash = hash(uid);
            if (hash.equals(sha256)) {
                taken++;
                return OptionalLong.of(uid);
            }
            free.computeIfAbsent(hash, _ -> new ArrayDeque<>(1)).add(uid);
        }
        return OptionalLong.empty();
    }

    private String hash(long uid) {
        return hashes.computeIfAbsent(uid, _ -> {
            try {
                Octets octets = mailbox.message(uid).octets();
                java.security.MessageDigest digest = Hashes.sha256();
                try (OutputStream out = new java.security.DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                    octets.transfer(0, octets.size(), out);
                }
                return HexFormat.of().formatHex(digest.digest());
            } catch (IOException e) {
                report.note("UID " + uid + " of mailbox " + mailbox.state().mailbox() + " cannot be read: "
                        + e.getMessage());
                return "";
            }
        });
    }
}
