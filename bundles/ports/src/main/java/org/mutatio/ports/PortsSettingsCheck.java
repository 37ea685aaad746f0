package org.mutatio.ports;

import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.ports.reception.Timeouts;
import org.osgi.service.component.annotations.Component;

/// Reads `[ports]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.ports")
public final class PortsSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        Timeouts _ = PortsComponent.timeouts(SettingsCheck.typed(PortsConfig.class, table));
    }
}
