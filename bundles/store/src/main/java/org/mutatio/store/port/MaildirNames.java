package org.mutatio.store.port;

import java.io.IOException;

/// Folders of a Maildir++: INBOX is the folder itself, `Archive/2024` is `.Archive.2024`. A dot inside of a name is
/// `\2e`, as Dovecot writes it (its `mailbox_list_storage_escape_char`).
final class MaildirNames {
    static final String CUR = "cur";
    private static final int LONGEST = 255;

    private MaildirNames() {}

    /// @return empty for INBOX
    static String folder(String name) throws IOException {
        if (name.equals("INBOX")) {
            return "";
        }
        StringBuilder folder = new StringBuilder();
        for (String level : name.split("/", -1)) {
            folder.append('.')
                    .append(ModifiedUtf7.encode(level).replace("\\", "\\5c").replace(".", "\\2e"));
        }
        if (folder.length() > LONGEST) {
            throw new IOException("the name is too long for a folder of a Maildir; the format mutatio takes it");
        }
        return folder.toString();
    }

    /// The name of a folder `.Archive.2024`.
    static String name(String folder) {
        StringBuilder name = new StringBuilder();
        for (String level : folder.substring(1).split("\\.", -1)) {
            name.append(name.isEmpty() ? "" : "/").append(ModifiedUtf7.decode(unescaped(level)));
        }
        return name.toString();
    }

    private static String unescaped(String level) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < level.length()) {
            char c = level.charAt(at);
            int high = c == '\\' && at + 2 < level.length() ? Character.digit(level.charAt(at + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(level.charAt(at + 2), 16);
            if (low < 0) {
                text.append(c);
                at++;
            } else {
                char plain = (char) (high << 4 | low);
                text.append(plain == '/' ? '_' : plain); // a slash is our delimiter and no part of a name
                at += 3;
            }
        }
        return text.toString();
    }
}
