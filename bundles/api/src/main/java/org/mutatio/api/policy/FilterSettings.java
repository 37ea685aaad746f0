package org.mutatio.api.policy;

import java.util.List;
import org.mutatio.sdk.settings.SettingTable;
import org.osgi.annotation.versioning.ProviderType;

/// Checks `[filters.<name>]` tables against the live filters' settings records; given by `pipeline`, asked by `router`
/// when it loads policies, and again when a filter arrives.
@ProviderType
public interface FilterSettings {

    /// @return problems, each beginning with the origin; empty also for a filter that is not there (then a warning in
    ///     `policy check`, not an error: it may be deployed later)
    List<String> check(String filter, SettingTable settings);

    /// Names of the live filters.
    List<String> filters();
}
