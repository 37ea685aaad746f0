package org.mutatio.store;

import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.osgi.service.component.annotations.Component;

/// Reads `[store]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.store")
public final class StoreSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        LocalStore.Settings _ = StoreComponent.settings(SettingsCheck.typed(StoreConfig.class, table));
    }
}
