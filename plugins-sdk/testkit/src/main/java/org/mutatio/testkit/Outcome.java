package org.mutatio.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.mutatio.mime.header.HeaderBlock;
import org.mutatio.pipeline.mail.FilterHarness;
import org.mutatio.sdk.filter.Decision;
import org.mutatio.sdk.reply.Reply;

/// What came of one run.
///
/// @param decision of the filter
/// @param edits what it changed, in words, in order
/// @param undeclared edits that its `changes` does not declare: on a server a fault, and none of them is done
/// @param notes what it wrote into the trace
/// @param scores by name
/// @param tags keywords on the stored message
/// @param message the whole as it would be delivered, without the server's own fields; lines end with CR LF
public record Outcome(
        Decision decision,
        List<String> edits,
        List<String> undeclared,
        List<String> notes,
        Map<String, Double> scores,
        SortedSet<String> tags,
        String message) {

    static Outcome of(FilterHarness.Result result) {
        return new Outcome(
                result.decision(),
                result.edits(),
                result.refused(),
                result.notes(),
                result.scores(),
                result.tags(),
                result.message());
    }

    /// No objection, or a final yes.
    public boolean passed() {
        return decision instanceof Decision.Next || decision instanceof Decision.Accept;
    }

    /// What the client is told, of a reject or defer.
    public Optional<Reply> reply() {
        return switch (decision) {
            case Decision.Reject reject -> Optional.of(reject.reply());
            case Decision.Defer defer -> Optional.of(defer.reply());
            case Decision.Next _, Decision.Accept _, Decision.Quarantine _, Decision.Discard _, Decision.Redirect _ ->
                Optional.empty();
        };
    }

    /// The first header field of that name, decoded.
    public Optional<String> header(String name) {
        return HeaderBlock.of(message.getBytes(StandardCharsets.UTF_8))
                .first(name)
                .map(HeaderBlock.Field::text);
    }

    /// Everything behind the header's empty line.
    public String body() {
        int end = message.indexOf("\r\n\r\n");
        return end < 0 ? "" : message.substring(end + 4);
    }
}
