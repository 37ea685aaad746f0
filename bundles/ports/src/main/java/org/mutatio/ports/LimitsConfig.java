package org.mutatio.ports;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// Table `[limits]` of mutatio.toml, as far as connections go.
@ObjectClassDefinition(name = "Limits", pid = "org.mutatio.limits")
public @interface LimitsConfig {
    /// A Mac with seven accounts opens five for each when it wakes, all before the first has logged in.
    @AttributeDefinition(description = "Connections of one address (IPv6: one /64) that have not logged in")
    int unauthenticatedPerAddress() default 50;

    @AttributeDefinition(description = "New connections of one address in a minute")
    int newPerMinute() default 100;

    @AttributeDefinition(description = "Connections of one account, logged in")
    int perAccount() default 40;

    @AttributeDefinition(description = "Connections of one address, logged in")
    int perAddress() default 500;

    @AttributeDefinition(
            description = "Connections in all, or what open files and heap hold if that is less (docs/limits.md); the"
                    + " last tenth is kept for submission, IMAP and trusted networks")
    int total() default 20_000;

    @AttributeDefinition(description = "Networks that only the total limits; this machine by default")
    String[] trusted() default {"127.0.0.0/8", "::1/128"};
}
