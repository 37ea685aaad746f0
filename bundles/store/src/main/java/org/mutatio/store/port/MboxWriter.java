package org.mutatio.store.port;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.sdk.mail.Octets;

/// One file a mailbox, `Archive/2024.mbox`, in the variant mboxrd: LF at line ends, and each line of `>`s and `From `
/// has one more `>`. The first three lines of each message are ours: `Status`, `X-Status` (mutt, Dovecot) and
/// `X-Keywords` (Dovecot).
final class MboxWriter implements AccountWriter {
    static final String EXTENSION = ".mbox";
    static final String SUBSCRIPTIONS = "subscriptions";
    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern(
                    "EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Path folder;

    MboxWriter(Path folder) {
        this.folder = folder;
    }

    @Override
    public void mailbox(MailboxInfo info, OpenMailbox mailbox, PortReport report) throws IOException {
        Path file = folder;
        try {
            String[] levels = info.name().split("/", -1);
            for (int i = 0; i < levels.length; i++) {
                String encoded = FileNames.encode(levels[i]);
                file = file.resolve(i == levels.length - 1 ? encoded + EXTENSION : folder(encoded));
            }
        } catch (IOException e) {
            report.problem(info.name(), String.valueOf(e.getMessage()));
            return;
        }
        FileNames.privateFolder(Objects.requireNonNull(file.getParent()));
        MailboxState state = mailbox.state();
        try (OutputStream out = MutatioWriter.create(file)) {
            for (int position = 0; position < state.size(); position++) {
                long uid = state.uid(position);
                Octets octets;
                try {
                    octets = mailbox.message(uid).octets();
                    if (!LineEnds.reversible(octets)) {
                        report.note(info.name() + " UID " + uid
                                + " has line ends that are not CR LF: an mbox does not keep them as they are");
                    }
                } catch (IOException e) {
                    report.problem(info.name() + " UID " + uid, String.valueOf(e.getMessage()));
                    continue;
                }
                ascii(out, "From MAILER-DAEMON " + ASCTIME.format(Instant.ofEpochSecond(state.internalDate(position))));
                status(out, state.flags(position));
                Quoting quoting = new Quoting(out);
                LineEnds.Lf lf = new LineEnds.Lf(quoting);
                octets.transfer(0, octets.size(), lf);
                lf.end();
                quoting.end();
                report.message(octets.size());
            }
        }
    }

    /// A folder `A.mbox` would be the file of the mailbox `A`, and be read as `A`.
    private static String folder(String encoded) {
        for (String end : MboxReader.FOLDER_ENDS) {
            if (encoded.endsWith(end)) {
                return encoded.substring(0, encoded.length() - end.length()) + "%2E" + end.substring(1);
            }
        }
        return encoded;
    }

    private static void ascii(OutputStream out, String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.US_ASCII));
        out.write('\n');
    }

    private static void status(OutputStream out, Flags flags) throws IOException {
        ascii(out, "Status: " + (flags.has(Flags.SEEN) ? "RO" : "O"));
        ascii(
                out,
                "X-Status: "
                        + (flags.has(Flags.ANSWERED) ? "A" : "")
                        + (flags.has(Flags.FLAGGED) ? "F" : "")
                        + (flags.has(Flags.DRAFT) ? "T" : "")
                        + (flags.has(Flags.DELETED) ? "D" : ""));
        ascii(out, "X-Keywords: " + String.join(" ", flags.keywords()));
    }

    /// Puts a `>` before each line `>*From `.
    private static final class Quoting extends OutputStream {
        private static final byte[] FROM = "From ".getBytes(StandardCharsets.US_ASCII);

        private final OutputStream to;
        /// Octets of the line's beginning that are held back, as many `>` and then so many of `From `.
        private long quotes;
        private int matched;
        private boolean decided;
        private boolean atStart = true;

        Quoting(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int octet) throws IOException {
            atStart = octet == '\n';
            if (!decided) {
                if (octet == '>' && matched == 0) {
                    quotes++;
                    return;
                }
                if (octet == FROM[matched]) {
                    matched++;
                    if (matched == FROM.length) {
                        to.write('>');
                        release();
                    }
                    return;
                }
                release();
            }
            to.write(octet);
            if (octet == '\n') {
                decided = false;
            }
        }

        private void release() throws IOException {
            for (; quotes > 0; quotes--) {
                to.write('>');
            }
            to.write(FROM, 0, matched);
            matched = 0;
            decided = true;
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            for (int i = from; i < from + length; i++) {
                write(octets[i]);
            }
        }

        /// Ends the last line and adds the empty one.
        void end() throws IOException {
            release();
            if (!atStart) {
                to.write('\n');
            }
            to.write('\n');
        }
    }

    @Override
    public void end(List<String> subscriptions) throws IOException {
        try (OutputStream out = MutatioWriter.create(folder.resolve(SUBSCRIPTIONS))) {
            for (String name : subscriptions) {
                MutatioFiles.line(out, name);
            }
        }
    }
}
