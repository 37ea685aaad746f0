package org.mutatio.store.port;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.mutatio.api.store.Flags;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.StoredMessage;
import org.mutatio.sdk.mail.Octets;

/// Maildir++ as Dovecot and Courier have it: LF at line ends, flags in the name, the internal date as the file's time,
/// keywords as letters that `dovecot-keywords` explains.
final class MaildirWriter implements AccountWriter {
    static final String KEYWORDS = "dovecot-keywords";
    static final String SUBSCRIPTIONS = "subscriptions";
    static final String PASSED = "$Forwarded";
    static final int MOST_KEYWORDS = 26;

    private final Path folder;

    MaildirWriter(Path folder) {
        this.folder = folder;
    }

    @Override
    public void mailbox(MailboxInfo info, OpenMailbox mailbox, PortReport report) throws IOException {
        String name;
        try {
            name = MaildirNames.folder(info.name());
        } catch (IOException e) {
            report.problem(info.name(), String.valueOf(e.getMessage()));
            return;
        }
        Path to = name.isEmpty() ? folder : folder.resolve(name);
        for (String part : List.of("tmp", "new", MaildirNames.CUR)) {
            FileNames.privateFolder(to.resolve(part));
        }
        if (!name.isEmpty()) {
            Files.createFile(to.resolve("maildirfolder"));
        }
        List<String> keywords = new ArrayList<>();
        boolean tooMany = false;
        MailboxState state = mailbox.state();
        for (int position = 0; position < state.size(); position++) {
            long uid = state.uid(position);
            Flags flags = state.flags(position);
            for (String keyword : flags.keywords()) {
                if (!keyword.equalsIgnoreCase(PASSED) && letter(keywords, keyword) < 0) {
                    if (keywords.size() < MOST_KEYWORDS) {
                        keywords.add(keyword);
                    } else {
                        tooMany = true;
                    }
                }
            }
            message(mailbox, uid, state.internalDate(position), info(flags, keywords), to, info.name(), report);
        }
        if (!keywords.isEmpty()) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < keywords.size(); i++) {
                lines.add(i + " " + keywords.get(i));
            }
            Path _ = Files.write(to.resolve(KEYWORDS), lines, StandardCharsets.US_ASCII);
        }
        if (tooMany) {
            report.problem(
                    info.name(),
                    "a Maildir has at most " + MOST_KEYWORDS + " keywords a mailbox; the others are left out");
        }
    }

    private static int letter(List<String> keywords, String keyword) {
        for (int i = 0; i < keywords.size(); i++) {
            if (keywords.get(i).equalsIgnoreCase(keyword)) {
                return i;
            }
        }
        return -1;
    }

    /// The letters behind `:2,`, in ASCII order as maildir(5) wants them.
    private static String info(Flags flags, List<String> keywords) {
        StringBuilder letters = new StringBuilder();
        if (flags.has(Flags.DRAFT)) {
            letters.append('D');
        }
        if (flags.has(Flags.FLAGGED)) {
            letters.append('F');
        }
        if (flags.hasKeyword(PASSED)) {
            letters.append('P');
        }
        if (flags.has(Flags.ANSWERED)) {
            letters.append('R');
        }
        if (flags.has(Flags.SEEN)) {
            letters.append('S');
        }
        if (flags.has(Flags.DELETED)) {
            letters.append('T');
        }
        for (int i = 0; i < keywords.size(); i++) {
            if (flags.hasKeyword(keywords.get(i))) {
                letters.append((char) ('a' + i));
            }
        }
        return letters.toString();
    }

    private static void message(
            OpenMailbox mailbox, long uid, long date, String info, Path to, String name, PortReport report)
            throws IOException {
        Octets octets;
        boolean reversible;
        StoredMessage message;
        try {
            message = mailbox.message(uid);
            octets = message.octets();
            reversible = LineEnds.reversible(octets);
        } catch (IOException e) {
            report.problem(name + " UID " + uid, String.valueOf(e.getMessage()));
            return;
        }
        // Sorted by name they are in the order of the mailbox.
        String unique = String.format(java.util.Locale.ROOT, "%d.U%010d.%s", date, uid, message.mailId());
        Path file = to.resolve(MaildirNames.CUR).resolve(unique + ":2," + info);
        try (OutputStream out = MutatioWriter.create(file)) {
            if (reversible) {
                LineEnds.Lf lf = new LineEnds.Lf(out);
                octets.transfer(0, octets.size(), lf);
                lf.end();
            } else {
                octets.transfer(0, octets.size(), out);
            }
        }
        Path _ = Files.setLastModifiedTime(file, FileTime.from(date, TimeUnit.SECONDS));
        report.message(octets.size());
    }

    /// As Dovecot writes them since 2.3: levels joined by a tab.
    @Override
    public void end(List<String> subscriptions) throws IOException {
        List<String> lines = new ArrayList<>(List.of("V\t2", ""));
        subscriptions.forEach(name -> lines.add(name.replace('/', '\t')));
        Path _ = Files.write(folder.resolve(SUBSCRIPTIONS), lines, StandardCharsets.UTF_8);
    }
}
