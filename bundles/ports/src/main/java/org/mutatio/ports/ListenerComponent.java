package org.mutatio.ports;

import java.lang.reflect.Array;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mutatio.ports.reception.ListenerSettings;
import org.osgi.service.component.ComponentConstants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One `[[listener]]`: a factory configuration. A table that makes no sense is one line in the log and
/// part of the bundle's health; the other listeners go on.
@Component(
        service = {},
        configurationPid = "org.mutatio.ports.listener",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true)
@Designate(ocd = ListenerConfig.class, factory = true)
public final class ListenerComponent {
    private static final Logger log = LoggerFactory.getLogger(ListenerComponent.class);
    private static final Set<String> OURS = Set.of(
            "name", "protocol", "role", "address", "tls", "tlsProfile", "plaintextAuth", "proxyProtocol", "proxyFrom");

    /// Prefixes of what ConfigAdmin and SCR put beside a table's keys.
    private static final Set<String> FRAMEWORKS = Set.of("service.", "component.", "felix.", ".");

    private final PortsComponent ports;
    private final String pid;
    private @Nullable ListenerSettings settings;

    /// @param all the raw table: a protocol bundle's own keys are in it, which no type of ours can name
    @Activate
    public ListenerComponent(@Reference PortsComponent ports, ListenerConfig config, Map<String, Object> all) {
        this.ports = ports;
        this.pid = String.valueOf(all.get("service.pid"));
        open(config, all);
    }

    private void open(ListenerConfig config, Map<String, Object> all) {
        try {
            var fresh = settings(config, all);
            ports.open(fresh);
            settings = fresh;
        } catch (IllegalArgumentException e) {
            refuse(e);
        }
    }

    private void refuse(IllegalArgumentException e) {
        log.error("event=listener-refused problem=\"{}\"", e.getMessage());
        ports.refuse(pid, String.valueOf(e.getMessage()));
    }

    @Modified
    void modified(ListenerConfig config, Map<String, Object> all) {
        ports.forgetRefusal(pid);
        var before = settings;
        if (before == null) {
            open(config, all);
            return;
        }
        try {
            var after = settings(config, all);
            ports.change(before, after);
            settings = after;
        } catch (IllegalArgumentException e) {
            refuse(e); // the old one serves on
        }
    }

    static ListenerSettings settings(ListenerConfig config, Map<String, Object> all) {
        return ListenerSettings.of(
                config.name(),
                config.protocol(),
                config.role(),
                config.address(),
                config.tls(),
                config.tlsProfile(),
                config.plaintextAuth(),
                config.proxyProtocol(),
                List.of(config.proxyFrom()),
                free(all));
    }

    private static Map<String, String> free(Map<String, Object> all) {
        var free = new HashMap<String, String>();
        all.forEach((key, value) -> {
            if (!OURS.contains(key) && FRAMEWORKS.stream().noneMatch(key::startsWith)) {
                free.put(key, text(value));
            }
        });
        return free;
    }

    private static String text(Object value) {
        if (!value.getClass().isArray()) {
            return String.valueOf(value);
        }
        var text = new StringBuilder();
        for (var i = 0; i < Array.getLength(value); i++) {
            text.append(i == 0 ? "" : ",").append(Array.get(value, i));
        }
        return text.toString();
    }

    @Deactivate
    void deactivate(int reason) {
        ports.forgetRefusal(pid);
        var gone = settings;
        if (gone == null) {
            return;
        }
        settings = null;
        if (reason == ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED
                || reason == ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_MODIFIED) {
            ports.close(gone);
        } else {
            ports.letGo(gone); // the bundle stops: perhaps a newer one goes on
        }
    }
}
