package org.mutatio.examples.blocklist;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.filter.Filter;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.filter.FilterInfo;
import org.mutatio.sdk.filter.OnFailure;
import org.mutatio.sdk.filter.Phase;
import org.mutatio.sdk.filter.Stage;
import org.mutatio.sdk.mail.Envelope;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.Peer;
import org.mutatio.sdk.reply.Reply;
import org.osgi.service.component.annotations.Component;

/// Refuses senders and clients that a file lists, each recipient by its own domain's file; a change of the file
/// counts within a second.
///
/// Called by many threads at once: what it keeps is one [WatchedFile] a path, each guarded by itself.
@Component(service = Filter.class)
@FilterInfo(name = "block-list", stage = Stage.RCPT, phase = Phase.ACCESS, onFailure = OnFailure.OPEN, deadline = "1 s")
public final class BlockList implements Filter {
    /// More files than any tree of policies names; beyond it the oldest knowledge is dropped and read again.
    private static final int MOST_FILES = 1_000;

    private final Map<Path, WatchedFile> files = new ConcurrentHashMap<>();

    /// `[filters.block-list]` of a policy.
    ///
    /// @param file absolute; without it nobody is blocked
    public record Settings(Optional<Path> file) {
        public Settings {
            if (file.isPresent() && !file.get().isAbsolute()) {
                throw new IllegalArgumentException("file wants an absolute path, not " + file.get());
            }
        }
    }

    @Override
    public Class<? extends Record> settings() {
        return Settings.class;
    }

    @Override
    public Decision recipient(Peer peer, Envelope envelope, MailAddress recipient, FilterContext context)
            throws IOException {
        Optional<Path> path = context.settings(Settings.class).file();
        if (path.isEmpty() || peer.account().isPresent()) { // our own users are not blocked by what the world does
            return Decision.next();
        }
        if (files.size() > MOST_FILES) {
            files.clear();
        }
        Blocked blocked = files.computeIfAbsent(path.get(), WatchedFile::new).current(context);
        InetAddress client = peer.address().getAddress();
        Optional<String> entry = client == null ? Optional.empty() : blocked.entryFor(client);
        entry = entry.or(() -> envelope.sender().address().flatMap(blocked::entryFor));
        return entry.<Decision>map(line -> Decision.reject(Reply.of(550, "5.7.1", "sender is blocked by the recipient"))
                        .because("listed as " + line + " in " + path.get()))
                .orElse(Decision.next());
    }
}
