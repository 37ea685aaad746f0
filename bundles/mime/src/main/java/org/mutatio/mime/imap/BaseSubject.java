package org.mutatio.mime.imap;

import org.mutatio.mime.OctetStrings;

/// What is left of a subject without `Re:`, `Fwd:` and the like, by which SORT and THREAD compare; RFC 5256 section
/// 2.1.
public final class BaseSubject {
    private static final int MAX_LENGTH = 2_000; // blobs are looked at again and again; nobody's subject is longer

    private BaseSubject() {}

    /// @param subject decoded text (RFC 2047), see [org.mutatio.mime.header.EncodedWords]
    public static String of(String subject) {
        return read(subject).text;
    }

    /// Was it a reply or a forwarded message?
    public static boolean isReplyOrForward(String subject) {
        return read(subject).reply;
    }

    private record Base(String text, boolean reply) {}

    /// The steps of RFC 5256 section 2.1; each pass only moves the two ends, so the time is that of a few
    /// passes.
    private static Base read(String subject) {
        String text = oneBlank(subject);
        int from = 0;
        int to = text.length();
        boolean reply = false;
        while (true) {
            // (2) trailers
            while (true) {
                if (to > from && text.charAt(to - 1) == ' ') {
                    to--;
                } else if (to - from >= 5 && matches(text, to - 5, "(fwd)")) {
                    to -= 5;
                    reply = true;
                } else {
                    break;
                }
            }
            // (3) leaders and (4) blobs, (5) again
            while (true) {
                while (from < to && text.charAt(from) == ' ') {
                    from++;
                }
                int leader = leaderEnd(text, from, to);
                if (leader > 0) {
                    from = leader;
                    reply = true;
                    continue;
                }
                int blob = blobEnd(text, from, to);
                if (blob > 0 && hasInk(text, blob, to)) {
                    from = blob;
                    continue;
                }
                break;
            }
            // (6) [fwd: ...]
            if (to - from >= 6 && matches(text, from, "[fwd:") && text.charAt(to - 1) == ']') {
                from += 5;
                to--;
                reply = true;
                continue;
            }
            return new Base(text.substring(from, to), reply);
        }
    }

    private static String oneBlank(String subject) {
        int end = Math.min(subject.length(), MAX_LENGTH);
        var text = new StringBuilder(end);
        for (int i = 0; i < end; i++) {
            char c = subject.charAt(i);
            if (!OctetStrings.isBlank(c)) {
                text.append(c);
            } else if (!text.isEmpty() && text.charAt(text.length() - 1) != ' ') {
                text.append(' ');
            }
        }
        return text.toString();
    }

    private static boolean matches(String text, int at, String word) {
        return text.regionMatches(true, at, word, 0, word.length());
    }

    private static boolean hasInk(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != ' ') {
                return true;
            }
        }
        return false;
    }

    /// `*subj-blob subj-refwd`: `[list] Re [2]:`.
    ///
    /// @return behind it, or 0
    private static int leaderEnd(String text, int from, int to) {
        int at = from;
        for (int blob = blobEnd(text, at, to); blob > 0; blob = blobEnd(text, at, to)) {
            at = blob;
        }
        int word = matches(text, at, "re") ? 2 : matches(text, at, "fwd") ? 3 : matches(text, at, "fw") ? 2 : 0;
        if (word == 0 || at + word > to) {
            return 0;
        }
        at += word;
        while (at < to && text.charAt(at) == ' ') {
            at++;
        }
        int blob = blobEnd(text, at, to);
        at = blob > 0 ? blob : at;
        return at < to && text.charAt(at) == ':' ? at + 1 : 0;
    }

    /// `"[" *BLOBCHAR "]" *WSP`
    ///
    /// @return behind it, or 0
    private static int blobEnd(String text, int from, int to) {
        if (from >= to || text.charAt(from) != '[') {
            return 0;
        }
        int at = from + 1;
        while (at < to && text.charAt(at) != '[' && text.charAt(at) != ']') {
            at++;
        }
        if (at >= to || text.charAt(at) != ']') {
            return 0;
        }
        at++;
        while (at < to && text.charAt(at) == ' ') {
            at++;
        }
        return at;
    }
}
