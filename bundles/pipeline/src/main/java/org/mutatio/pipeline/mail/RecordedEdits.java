package org.mutatio.pipeline.mail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.mutatio.sdk.filter.Change;
import org.mutatio.sdk.mail.Edits;

/// Records what one call wants changed, within what its filter declared, until the call ends.
///
/// Guarded by itself: the call may run on a thread of the bulkhead that was given up, and write when we read.
final class RecordedEdits implements Edits {

    private static final int MOST = 1_000;

    private final Set<Change> allowed;
    private final long bodyLimit;
    private final List<Edit> edits = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private boolean ended;

    RecordedEdits(Set<Change> allowed, long bodyLimit) {
        this.allowed = Set.copyOf(allowed);
        this.bodyLimit = bodyLimit;
    }

    /// What was recorded; nothing more is taken.
    synchronized List<Edit> end() {
        ended = true;
        return List.copyOf(edits);
    }

    /// What was refused, also when the filter swallowed the exception.
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    private synchronized void record(Edit edit) {
        if (ended) {
            throw new UndeclaredEditException("the call has ended: " + edit.words() + " comes too late");
        }
        if (!allowed.contains(edit.wants())) {
            String words = edit.words() + ", but changes does not declare " + edit.wants();
            violations.add(words);
            throw new UndeclaredEditException(words);
        }
        if (edits.size() >= MOST) {
            throw new IllegalStateException("more than " + MOST + " edits in one call");
        }
        edits.add(edit);
    }

    @Override
    public void addHeader(String name, String value) {
        HeaderField.octets(name, value); // throws here, where the filter's author sees it
        record(new Edit.AddHeader(name, value));
    }

    @Override
    public void replaceHeader(String name, String value) {
        HeaderField.octets(name, value);
        record(new Edit.ReplaceHeader(name, value));
    }

    @Override
    public void removeHeaders(String name) {
        HeaderField.check(name);
        record(new Edit.RemoveHeaders(name));
    }

    @Override
    public void addScore(String name, double score) {
        if (!Double.isFinite(score)) {
            throw new IllegalArgumentException("a score is a number: " + name + " " + score);
        }
        record(new Edit.AddScore(name, score));
    }

    @Override
    public void addTag(String keyword) {
        boolean good = !keyword.isEmpty() && keyword.length() <= 64;
        for (int i = 0; i < keyword.length() && good; i++) {
            char c = keyword.charAt(i);
            // RFC 9051 section 9: flag-keyword is an atom
            good = c > ' ' && c < 127 && "(){%*\"\\]".indexOf(c) < 0;
        }
        if (!good) {
            throw new IllegalArgumentException("a tag is an atom of at most 64 characters (RFC 9051 section 9)");
        }
        record(new Edit.AddTag(keyword));
    }

    @Override
    public void replaceBody(InputStream body) throws IOException {
        record(new Edit.ReplaceBody(new MemoryOctets(LineEnds.normalise(read(body)))));
    }

    @Override
    public void replacePart(String number, InputStream decoded) throws IOException {
        record(new Edit.ReplacePart(number, new MemoryOctets(read(decoded))));
    }

    private byte[] read(InputStream from) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        byte[] block = new byte[8192];
        int count = from.read(block);
        while (count >= 0) {
            octets.write(block, 0, count);
            if (octets.size() > bodyLimit) {
                throw new IllegalArgumentException("more than the message limit of " + bodyLimit + " octets");
            }
            count = from.read(block);
        }
        return octets.toByteArray();
    }
}
