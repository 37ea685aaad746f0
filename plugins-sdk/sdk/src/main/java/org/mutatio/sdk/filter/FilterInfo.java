package org.mutatio.sdk.filter;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/// What a filter says of itself; put it beside `@Component`.
@ComponentPropertyType
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface FilterInfo {
    /// All properties are named `filter.*` on the service.
    String PREFIX_ = "filter.";

    /// Unique, of `a-z 0-9 -`; its settings are `[filters.<name>]` of a policy.
    String name();

    Stage[] stage();

    Phase phase() default Phase.CONTENT;

    /// Names of filters of the same phase that come behind this one.
    String[] before() default {};

    /// Names of filters of the same phase that come first.
    String[] after() default {};

    Change[] changes() default {};

    OnFailure onFailure() default OnFailure.DEFER;

    /// For one call; `500 ms`, `2 s`; at most 30 s.
    String deadline() default "5 s";
}
