package org.mutatio.store.port;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.SpecialUse;
import org.mutatio.api.store.StoredMessage;
import org.mutatio.sdk.mail.Octets;
import org.mutatio.store.journal.Hashes;

/// Our own format: each message as it is, one index a mailbox, the file `account` last.
final class MutatioWriter implements AccountWriter {
    private final Path folder;
    private final List<String[]> lines = new ArrayList<>();
    private int number;

    MutatioWriter(Path folder, String address) {
        this.folder = folder;
        lines.add(new String[] {MutatioFiles.ACCOUNT_HEAD});
        lines.add(new String[] {"address", address});
    }

    @Override
    public void mailbox(MailboxInfo info, OpenMailbox mailbox, PortReport report) throws IOException {
        MailboxState state = mailbox.state();
        String name = String.format(java.util.Locale.ROOT, "%04d", ++number);
        Path to = folder.resolve(name);
        FileNames.privateFolder(to);
        long written = 0;
        try (OutputStream index = create(to.resolve(MutatioFiles.INDEX))) {
            MutatioFiles.line(index, MutatioFiles.INDEX_HEAD);
            for (int position = 0; position < state.size(); position++) {
                long uid = state.uid(position);
                String file = uid + ".eml";
                StoredMessage message;
                Octets octets;
                try {
                    message = mailbox.message(uid);
                    octets = message.octets();
                } catch (IOException e) {
                    report.problem(info.name() + " UID " + uid, String.valueOf(e.getMessage()));
                    continue;
                }
                MessageDigest digest = Hashes.sha256();
                Target target = new Target(create(to.resolve(file)));
                try (OutputStream out = new DigestOutputStream(target, digest)) {
                    octets.transfer(0, octets.size(), out);
                } catch (IOException e) {
                    if (target.failed) {
                        throw e;
                    }
                    // One that cannot be read: its blob is gone, say. The others can.
                    report.problem(info.name() + " UID " + uid, String.valueOf(e));
                    Files.delete(to.resolve(file));
                    continue;
                }
                MutatioFiles.line(
                        index,
                        Long.toString(uid),
                        Long.toString(state.modSeq(position)),
                        Long.toString(state.internalDate(position)),
                        Long.toString(octets.size()),
                        HexFormat.of().formatHex(digest.digest()),
                        message.mailId().text(),
                        file,
                        state.flags(position).toString());
                report.message(octets.size());
                written++;
            }
            MutatioFiles.line(index, MutatioFiles.END, Long.toString(written));
        }
        lines.add(new String[] {
            "mailbox",
            name,
            Long.toString(state.uidValidity()),
            Long.toString(state.uidNext()),
            Long.toString(state.highestModSeq()),
            info.role().map(SpecialUse::attribute).orElse(MutatioFiles.NONE),
            info.name()
        });
    }

    /// Tells a failure to write from one to read.
    private static final class Target extends OutputStream {
        private final OutputStream to;
        private boolean failed;

        Target(OutputStream to) {
            this.to = to;
        }

        private interface Step {
            void take() throws IOException;
        }

        private void step(Step step) throws IOException {
            try {
                step.take();
            } catch (IOException e) {
                failed = true;
                throw e;
            }
        }

        @Override
        public void write(int octet) throws IOException {
            step(() -> to.write(octet));
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            step(() -> to.write(octets, from, length));
        }

        @Override
        public void flush() throws IOException {
            step(to::flush);
        }

        @Override
        public void close() throws IOException {
            step(to::close);
        }
    }

    @Override
    public void end(List<String> subscriptions) throws IOException {
        for (String name : subscriptions) {
            lines.add(new String[] {"subscribed", name});
        }
        lines.add(new String[] {MutatioFiles.END});
        Path fresh = folder.resolve("." + MutatioFiles.ACCOUNT + ".new");
        try (OutputStream out = create(fresh)) {
            for (String[] line : lines) {
                MutatioFiles.line(out, line);
            }
        }
        Path _ = Files.move(fresh, folder.resolve(MutatioFiles.ACCOUNT), StandardCopyOption.ATOMIC_MOVE);
    }

    static OutputStream create(Path file) throws IOException {
        return new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), 64 * 1024);
    }
}
