package org.mutatio.accounts;

import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.osgi.service.component.annotations.Component;

/// Reads `[accounts]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.accounts")
public final class AccountsSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        AccountsConfig config = SettingsCheck.typed(AccountsConfig.class, table);
        AccountsSettings _ = AccountsSettings.of(config, Runtime.getRuntime().maxMemory());
    }
}
