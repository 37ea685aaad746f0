package org.mutatio.ports;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// One `[[listener]]` of mutatio.toml. A key that is not named here is refused; those of a protocol
/// stand here too and go to its bundle.
@ObjectClassDefinition(name = "Listener")
public @interface ListenerConfig {
    @AttributeDefinition(description = "Unique, for logs: mx, submission, imaps")
    String name() default "";

    @AttributeDefinition(description = "smtp or imap")
    String protocol() default "smtp";

    @AttributeDefinition(description = "For smtp: mx, submission or lmtp", required = false)
    String role() default "";

    @AttributeDefinition(description = "Such as 127.0.0.1:2525, [::1]:2525 or *:25 (IPv6 and IPv4)")
    String address() default "";

    @AttributeDefinition(description = "none, starttls or implicit")
    String tls() default "starttls";

    @AttributeDefinition(
            description =
                    "mx (also CBC suites: better than no TLS at all) or client; empty: mx for the role mx, else client",
            required = false)
    String tlsProfile() default "";

    @AttributeDefinition(description = "AUTH and LOGIN without TLS; on loopback addresses only")
    boolean plaintextAuth() default false;

    @AttributeDefinition(description = "Connections of proxy-from's networks begin with a PROXY header, always")
    boolean proxyProtocol() default false;

    @AttributeDefinition(description = "Networks of the proxies", required = false)
    String[] proxyFrom() default {};

    @AttributeDefinition(
            description = "For smtp: largest message that comes in here; empty: that of [smtp]",
            required = false)
    String messageSize() default "";
}
