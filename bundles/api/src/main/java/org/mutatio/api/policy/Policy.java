package org.mutatio.api.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;
import org.osgi.annotation.versioning.ProviderType;

/// The effective policy of one domain: inherited, merged, checked. The schema of `router` knows every path with its
/// type and default, so the typed questions always have an answer; an unknown path or wrong type is our bug and
/// throws [IllegalArgumentException].
@ProviderType
public interface Policy {

    /// Main name of the domain; `_default` is shown by [#name].
    Domain domain();

    String name();

    /// Two domains with equal keys have the same effective values (apart from their names): the MESSAGE stage runs once
    /// for them.
    String key();

    /// @param path `limits.message-size`
    DataSize size(String path);

    Duration duration(String path);

    boolean flag(String path);

    long number(String path);

    double decimal(String path);

    String text(String path);

    List<String> list(String path);

    /// Where the effective value of that path comes from: `config/domains/example.com.toml:12`, or `default`.
    String origin(String path);

    /// Every effective value with its origin, by path, for `policy show`.
    List<Entry> entries();

    /// `[filters.<name>]`, merged; empty when no file says a word.
    SettingTable filter(String name);

    /// The value at any path, when a file sets it.
    Optional<SettingValue> value(String path);

    /// @param inheritedFrom name of the domain whose file set it; `default` when none did
    record Entry(String path, String value, String origin, String inheritedFrom, boolean locked) {}
}
