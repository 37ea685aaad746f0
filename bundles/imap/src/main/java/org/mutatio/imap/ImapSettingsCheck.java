package org.mutatio.imap;

import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.imap.session.ImapSettings;
import org.osgi.service.component.annotations.Component;

/// Reads `[imap]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.imap")
public final class ImapSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        ImapSettings _ = ImapComponent.settings(SettingsCheck.typed(ImapConfig.class, table));
    }
}
