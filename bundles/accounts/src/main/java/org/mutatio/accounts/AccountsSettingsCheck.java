package org.mutatio.accounts;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.sdk.settings.Durations;
import org.osgi.service.component.annotations.Component;

/// Reads `[accounts]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.accounts")
public final class AccountsSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        AccountsConfig config = SettingsCheck.typed(AccountsConfig.class, table);
        Credentials _ = AccountsComponent.credentials(config, new SecureRandom());
        Duration _ = Durations.parse(config.cache());
    }
}
