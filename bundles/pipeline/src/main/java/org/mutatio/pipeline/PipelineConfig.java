package org.mutatio.pipeline;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// Table `[pipeline]` of mutatio.toml.
@ObjectClassDefinition(name = "Pipeline")
public @interface PipelineConfig {

    @AttributeDefinition(description = "All filters of one message together; then 451 4.3.0")
    String deadline() default "120 s"; // deadline in TOML

    @AttributeDefinition(description = "Networks that may relay without logging in: 192.0.2.0/24")
    String[] relayNetworks() default {};

    @AttributeDefinition(description = "How long outbound mail is tried")
    String queueLife() default "5 d";

    @AttributeDefinition(description = "How long bounces are tried")
    String bounceLife() default "1 d";
}
