package org.mutatio.console;

import java.net.InetSocketAddress;
import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.console.http.ListenAddress;
import org.osgi.service.component.annotations.Component;

/// Reads `[console]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.console")
public final class ConsoleSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        InetSocketAddress _ =
                ListenAddress.of(SettingsCheck.typed(ConsoleConfig.class, table).listen());
    }
}
