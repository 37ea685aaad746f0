package org.mutatio.store.port;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.MailboxInfo;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;

/// Writes accounts as folders, while mail flows: each mailbox as it is at the moment when its turn comes.
public final class Exporter {
    private final MailStore store;
    private final PortFormat format;
    private final PortReport report;

    public Exporter(MailStore store, PortFormat format, PortReport report) {
        this.store = store;
        this.format = format;
        this.report = report;
    }

    /// One account into a folder.
    ///
    /// @throws IOException the folder is not empty, or the disk failed
    public void account(StoredAccount account, Path folder) throws IOException, StoreUnavailableException {
        fresh(folder);
        AccountWriter writer = format.write(folder, account.address());
        List<MailboxInfo> all = store.mailboxes(account.id());
        for (MailboxInfo info : all) {
            if (!info.selectable()) {
                continue; // a name above others, or only subscribed
            }
            try (OpenMailbox open = store.open(info.id())) {
                writer.mailbox(info, open, report);
                report.mailbox();
            } catch (RefusedChangeException _) {
                report.note(info.name() + " of " + account.address() + " was deleted meanwhile");
            }
        }
        writer.end(all.stream()
                .filter(MailboxInfo::subscribed)
                .map(MailboxInfo::name)
                .toList());
        report.account();
    }

    /// Each account into a folder of its name.
    public void accounts(List<StoredAccount> accounts, Path folder) throws IOException, StoreUnavailableException {
        fresh(folder);
        for (StoredAccount account : accounts) {
            account(account, folder.resolve(FileNames.encode(account.address())));
        }
    }

    private static void fresh(Path folder) throws IOException {
        if (Files.isDirectory(folder) && !FileNames.empty(folder)) {
            throw new IOException(folder + " is not empty: nothing of it would be overwritten; name another folder");
        }
        FileNames.privateFolder(folder);
    }
}
