package org.mutatio.sdk.filter;

/// Order of filters within a stage; inside a phase `before` and `after` decide, never numbers.
public enum Phase {
    ACCESS,
    AUTHENTICATION,
    REPUTATION,
    ANTIVIRUS,
    CONTENT,
    SPAM,
    POLICY,
    REWRITE
}
