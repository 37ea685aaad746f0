package org.mutatio.imap;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// Table `[imap]` of mutatio.toml.
@ObjectClassDefinition(name = "IMAP")
public @interface ImapConfig {
    @AttributeDefinition(description = "Largest message of APPEND, told as APPENDLIMIT (RFC 7889)")
    String messageSize() default "50 MB";

    @AttributeDefinition(description = "How long a client may be silent before it has logged in")
    String loginTimeout() default "60 s";

    @AttributeDefinition(
            description = "How long a client may be silent behind log-in; at least 30 m (RFC 9051 section 5.4)")
    String idleTimeout() default "30 m";

    @AttributeDefinition(description = "How long one SEARCH may take")
    String searchTime() default "30 s";

    @AttributeDefinition(description = "Whether filters are asked about what clients put into mailboxes (APPEND)")
    boolean filterAppend() default false;
}
