package org.mutatio.sdk.mail;

import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/// Changes a filter asks for. They take effect when it returns without a fault, in this order, and are in the trace.
/// Values are checked: no CR, LF or NUL gets into a header.
@ProviderType
public interface Edits {

    /// In front of all others; wants `HEADERS`.
    void addHeader(String name, String value);

    /// All fields of that name become this one, at the first one's place, or in front; wants `HEADERS`.
    void replaceHeader(String name, String value);

    /// All fields of that name go; wants `HEADERS`.
    void removeHeaders(String name);

    /// Adds to the spam score, named for the trace; wants `SCORE`.
    void addScore(String name, double score);

    /// A keyword on the stored message (an IMAP flag without backslash); wants `TAGS`.
    void addTag(String keyword);

    /// Another body (everything behind the header's empty line) of at most the message limit; set fitting Content-
    /// headers yourself. Read at once, closed by the caller. Wants `BODY`.
    void replaceBody(InputStream body) throws java.io.IOException;

    /// One leaf's decoded content, encoded anew as its Content-Transfer-Encoding wants; wants `BODY`.
    void replacePart(String number, InputStream decoded) throws java.io.IOException;
}
