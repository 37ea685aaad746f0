package org.mutatio.store.port;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// How the folder of an account looks.
public enum PortFormat {
    MUTATIO,
    MAILDIR,
    MBOX;

    public static Optional<PortFormat> of(String word) {
        for (PortFormat format : values()) {
            if (format.word().equals(word)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What lies in a folder, by the files that only one of them has.
    static PortFormat found(Path folder) {
        if (Files.exists(folder.resolve(MutatioFiles.ACCOUNT))) {
            return MUTATIO;
        }
        return Files.isDirectory(folder.resolve(MaildirNames.CUR)) ? MAILDIR : MBOX;
    }

    AccountFolder read(Path folder) throws IOException {
        return switch (this) {
            case MUTATIO -> new MutatioReader(folder);
            case MAILDIR -> new MaildirReader(folder);
            case MBOX -> new MboxReader(folder);
        };
    }

    AccountWriter write(Path folder, String address) throws IOException {
        return switch (this) {
            case MUTATIO -> new MutatioWriter(folder, address);
            case MAILDIR -> new MaildirWriter(folder);
            case MBOX -> new MboxWriter(folder);
        };
    }
}
