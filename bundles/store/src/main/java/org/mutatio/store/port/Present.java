package org.mutatio.store.port;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
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
    private final Map<Long, List<Long>> bySize = new HashMap<>();
    private final Map<Long, String> hashes = new HashMap<>();
    private final Set<Long> taken = new HashSet<>();

    Present(OpenMailbox mailbox, PortReport report) {
        this.mailbox = mailbox;
        this.report = report;
        MailboxState state = mailbox.state();
        for (int position = 0; position < state.size(); position++) {
            bySize.computeIfAbsent(state.octets(position), _ -> new ArrayList<>(1))
                    .add(state.uid(position));
        }
    }

    /// All stand for nobody again.
    void again() {
        taken.clear();
    }

    /// How many stand for nobody yet.
    int left() {
        return mailbox.state().size() - taken.size();
    }

    /// @param sha256 hex
    /// @return the UID of the message that stands for it from now on
    OptionalLong take(long size, String sha256) {
        for (long uid : bySize.getOrDefault(size, List.of())) {
            if (!taken.contains(uid) && hash(uid).equals(sha256)) {
                boolean _ = taken.add(uid);
                return OptionalLong.of(uid);
            }
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
