package org.mutatio.smtp;

import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.smtp.session.ServerSettings;
import org.osgi.service.component.annotations.Component;

/// Reads `[smtp]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.smtp")
public final class SmtpSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        ServerSettings _ = SmtpComponent.settings(SettingsCheck.typed(SmtpConfig.class, table), "");
    }
}
