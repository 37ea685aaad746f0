package org.mutatio.router;

import java.time.Duration;
import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.sdk.settings.Durations;
import org.osgi.service.component.annotations.Component;

/// Reads `[router]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.router")
public final class RouterSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        RouterConfig config = SettingsCheck.typed(RouterConfig.class, table);
        Duration _ = Durations.parse(config.settle());
        Duration _ = Durations.parse(config.poll());
        Duration _ = Durations.parse(config.providerDeadline());
    }
}
