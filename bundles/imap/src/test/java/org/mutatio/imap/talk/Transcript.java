package org.mutatio.imap.talk;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Plays a conversation written down as `C: what the client says` and `S: what the server must say`.
///
/// In an `S:` line `...` stands for any text; a line `S: ...` for any number of lines; `S: <end>` for the end of
/// the conversation. `C2:` and `S2:` are a second client. `#` begins a remark.
public final class Transcript {
    private Transcript() {}

    public static void play(House house, String text) {
        Map<String, Client> clients = new HashMap<>();
        play(clients, name -> house.connect(), text);
    }

    /// Gives the client of that name.
    @FunctionalInterface
    public interface Door {
        Client open(String name);
    }

    public static void play(Map<String, Client> clients, Door door, String text) {
        boolean any = false;
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String who = line.substring(1, colon);
            Client client = clients.computeIfAbsent(who, door::open);
            String rest = line.length() > colon + 2 ? line.substring(colon + 2) : "";
            if (line.startsWith("C")) {
                client.say(rest);
                any = false;
                continue;
            }
            if (rest.equals("...")) {
                any = true;
                continue;
            }
            while (true) {
                Optional<String> heard = client.next();
                if (heard.isEmpty()) {
                    if (rest.equals("<end>")) {
                        break;
                    }
                    throw new AssertionError("line " + number + ": expected " + rest + " but the server hung up");
                }
                if (matches(rest, heard.get())) {
                    break;
                }
                if (!any) {
                    throw new AssertionError("line " + number + "\n expected " + rest + "\n but heard " + heard.get());
                }
            }
            any = false;
        }
    }

    /// `...` is any text.
    static boolean matches(String pattern, String text) {
        String[] pieces = pattern.split("\\.\\.\\.", -1);
        if (!text.startsWith(pieces[0])) {
            return false;
        }
        int at = pieces[0].length();
        for (int i = 1; i < pieces.length; i++) {
            if (i == pieces.length - 1) {
                return text.length() - pieces[i].length() >= at && text.endsWith(pieces[i]);
            }
            int found = text.indexOf(pieces[i], at);
            if (found < 0) {
                return false;
            }
            at = found + pieces[i].length();
        }
        return at == text.length();
    }
}
