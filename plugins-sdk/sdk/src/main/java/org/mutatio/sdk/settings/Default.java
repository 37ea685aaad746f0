package org.mutatio.sdk.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The value of a settings record's component when the policy says nothing, written as in TOML without quotes:
/// `record Settings(@Default("20 MB") DataSize max, @Default("10 s") Duration pause)`; a list is `@Default("a, b")`.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
    String value();
}
