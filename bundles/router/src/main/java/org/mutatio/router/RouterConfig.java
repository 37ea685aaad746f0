package org.mutatio.router;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "Router", description = "How the folder config/domains is watched, and routes in Java")
public @interface RouterConfig {
    @AttributeDefinition(description = "A changed file must have been quiet that long before the folder is read")
    String settle() default "250 ms";

    @AttributeDefinition(description = "How often the folder is looked at beside its watch")
    String poll() default "2 s";

    @AttributeDefinition(description = "What a route provider (Java) may take for one answer; then 451 4.3.0")
    String providerDeadline() default "1 s";
}
