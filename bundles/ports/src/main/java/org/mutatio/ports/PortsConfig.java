package org.mutatio.ports;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// Table `[ports]` of mutatio.toml.
@ObjectClassDefinition(name = "Ports", pid = "org.mutatio.ports")
public @interface PortsConfig {
    @AttributeDefinition(
            description = "This server's name, in the self-signed certificate; its folder in config/tls serves"
                    + " clients that name no server")
    String hostname() default "localhost";

    @AttributeDefinition(
            description = "How long a connection waits for its protocol's bundle (a swap), before 421 or BYE")
    String handlerWait() default "60s";

    @AttributeDefinition(description = "How long a proxy may take for its PROXY header")
    String proxyTimeout() default "5s";

    @AttributeDefinition(description = "How long a TLS handshake may take")
    String handshakeTimeout() default "30s";

    @AttributeDefinition(description = "How long a peer may leave our octets unread, before it is cut off")
    String writeTimeout() default "5m";
}
