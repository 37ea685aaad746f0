package org.mutatio.sdk.filter;

/// What a filter may edit; an edit outside of it is refused and reported.
public enum Change {
    HEADERS,
    BODY,
    SCORE,
    TAGS
}
