package org.mutatio.console;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// Table `[console]` of mutatio.toml.
@ObjectClassDefinition(name = "Console")
public @interface ConsoleConfig {
    @AttributeDefinition(description = "Where the admin API listens: a loopback address and a port")
    String listen() default "127.0.0.1:8025";
}
