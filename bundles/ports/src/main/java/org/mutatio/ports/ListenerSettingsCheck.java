package org.mutatio.ports;

import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.ports.reception.ListenerSettings;
import org.mutatio.sdk.settings.DataSize;
import org.osgi.service.component.annotations.Component;

/// Reads `[[listener]]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.ports.listener")
public final class ListenerSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        ListenerConfig config = SettingsCheck.typed(ListenerConfig.class, table);
        ListenerSettings _ = ListenerComponent.settings(config, table);
        if (!config.messageSize().isEmpty()) {
            DataSize _ = DataSize.parse(config.messageSize());
        }
    }
}
