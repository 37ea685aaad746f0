package org.mutatio.ports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// `mutatio listeners`: what is bound, what is not and the cure, certificates and their days.
@Component
public final class ListenersAction implements Action {
    private final PortsComponent ports;

    @Activate
    public ListenersAction(@Reference PortsComponent ports) {
        this.ports = ports;
    }

    @Override
    public String name() {
        return "listeners";
    }

    @Override
    public String summary() {
        return "shows the listening sockets and the certificates they serve with";
    }

    @Override
    public List<Argument> arguments() {
        return List.of();
    }

    @Override
    public String example() {
        return "mutatio listeners";
    }

    /// Exit code 1 when a listener is not bound.
    @Override
    public ActionResult run(ActionCall call) {
        var text = new StringBuilder();
        var listeners = new ArrayList<Json>();
        var bound = true;
        for (var state : ports.listeners()) {
            bound &= state.bound();
            text.append(state.name())
                    .append("  ")
                    .append(state.protocol())
                    .append("  ")
                    .append(state.address())
                    .append("  ")
                    .append(state.profile().isEmpty() ? "no TLS" : "TLS profile " + state.profile())
                    .append("  ")
                    .append(state.bound() ? "bound to port " + state.port() : "NOT BOUND: " + state.problem())
                    .append('\n');
            listeners.add(new Json.Obj(Map.of())
                    .with("name", state.name())
                    .with("protocol", state.protocol())
                    .with("address", state.address())
                    .with("tlsProfile", state.profile())
                    .with("bound", state.bound())
                    .with("port", state.port())
                    .with("problem", state.problem()));
        }
        var certificates = new ArrayList<Json>();
        for (var certificate : ports.certificates()) {
            text.append("certificate ")
                    .append(certificate.name())
                    .append("  ")
                    .append(certificate.days())
                    .append(" days left\n");
            certificates.add(
                    new Json.Obj(Map.of()).with("name", certificate.name()).with("days", certificate.days()));
        }
        for (var problem : ports.refusals()) {
            bound = false;
            text.append("REFUSED ").append(problem).append('\n');
        }
        var json = new LinkedHashMap<String, Json>();
        json.put("listeners", new Json.Arr(listeners));
        json.put("certificates", new Json.Arr(certificates));
        json.put(
                "refused",
                new Json.Arr(ports.refusals().stream()
                        .map(Json.Str::new)
                        .map(Json.class::cast)
                        .toList()));
        json.put("connections", new Json.Num(ports.sessions()));
        return new ActionResult(text.toString(), new Json.Obj(json), bound ? 0 : 1);
    }
}
