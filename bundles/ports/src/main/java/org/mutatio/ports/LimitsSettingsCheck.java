package org.mutatio.ports;

import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.ports.limit.Limits;
import org.osgi.service.component.annotations.Component;

/// Reads `[limits]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.limits")
public final class LimitsSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        Limits _ = PortsComponent.limits(SettingsCheck.typed(LimitsConfig.class, table));
    }
}
