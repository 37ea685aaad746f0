package org.mutatio.pipeline.mail;

import org.mutatio.sdk.filter.Change;

/// One change that a filter asked for.
public sealed interface Edit {

    /// What its filter must have declared.
    default Change wants() {
        return switch (this) {
            case AddHeader _, ReplaceHeader _, RemoveHeaders _ -> Change.HEADERS;
            case AddScore _ -> Change.SCORE;
            case AddTag _ -> Change.TAGS;
            case ReplaceBody _, ReplacePart _ -> Change.BODY;
        };
    }

    /// For the trace: what, never a body.
    default String words() {
        return switch (this) {
            case AddHeader header -> "added " + header.name();
            case ReplaceHeader header -> "replaced " + header.name();
            case RemoveHeaders header -> "removed " + header.name();
            case AddScore score -> "score " + score.name() + " " + score.score();
            case AddTag tag -> "tag " + tag.keyword();
            case ReplaceBody body -> "replaced the body by " + body.octets().size() + " octets";
            case ReplacePart part ->
                "replaced part " + part.number() + " by " + part.decoded().size() + " octets";
        };
    }

    record AddHeader(String name, String value) implements Edit {}

    record ReplaceHeader(String name, String value) implements Edit {}

    record RemoveHeaders(String name) implements Edit {}

    record AddScore(String name, double score) implements Edit {}

    record AddTag(String keyword) implements Edit {}

    record ReplaceBody(MemoryOctets octets) implements Edit {}

    record ReplacePart(String number, MemoryOctets decoded) implements Edit {}
}
