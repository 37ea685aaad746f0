package org.mutatio.ports;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.ports.reception.ListenerState;
import org.mutatio.ports.tls.TlsReport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// `mutatio tls check`: each certificate, whom it is shown to, and what is amiss.
@Component
public final class TlsCheckAction implements Action {
    /// EX_CONFIG: clients are refused, or soon will be.
    private static final int CONFIG = 78;

    private final PortsComponent ports;

    @Activate
    public TlsCheckAction(@Reference PortsComponent ports) {
        this.ports = ports;
    }

    @Override
    public String name() {
        return "tls check";
    }

    @Override
    public String summary() {
        return "shows each certificate, which listeners and domains it serves, and what is amiss";
    }

    @Override
    public List<Argument> arguments() {
        return List.of(Argument.optional("NAME", "a folder of config/tls, or a server's name as clients say it"));
    }

    @Override
    public String example() {
        return "mutatio tls check mail.example.org";
    }

    /// Exit code 78 where something is a problem, 67 for a name that no certificate has; warnings are 0.
    @Override
    public ActionResult run(ActionCall call) throws ActionException {
        TlsReport report;
        var domains = ports.domains();
        try {
            report = ports.tlsReport(domains);
        } catch (IOException e) {
            throw ActionException.notNow("the certificates cannot be looked at: " + e.getMessage());
        }
        var name = call.get("NAME");
        var entries = name.isPresent() ? report.of(name.get()) : report.entries();
        if (name.isPresent() && entries.isEmpty()) {
            throw ActionException.notFound("no certificate names " + name.get() + ": clients that ask for it are shown "
                    + report.entries().stream()
                            .filter(TlsReport.Entry::fallback)
                            .map(entry -> "that of " + entry.name())
                            .findFirst()
                            .orElse("none"));
        }
        var listeners = ports.listeners().stream()
                .filter(listener -> !listener.profile().isEmpty())
                .toList();
        var text = new StringBuilder();
        var items = new ArrayList<Json>();
        var problem = false;
        for (var entry : entries) {
            write(entry, listeners, text);
            items.add(json(entry));
            problem |= entry.worst() == TlsReport.Weight.PROBLEM;
        }
        var json = new LinkedHashMap<String, Json>();
        json.put("certificates", Json.array(items));
        if (name.isEmpty()) {
            var without = report.without(domains);
            if (!without.isEmpty()) {
                text.append("no name of these domains is in a certificate: ")
                        .append(String.join(", ", without))
                        .append('\n');
            }
            text.append("listeners:");
            var profiles = new ArrayList<Json>();
            for (var listener : listeners) {
                text.append(' ')
                        .append(listener.name())
                        .append(" (")
                        .append(listener.profile())
                        .append(')');
                profiles.add(Json.object().with("name", listener.name()).with("profile", listener.profile()));
            }
            text.append('\n');
            json.put("listeners", Json.array(profiles));
            json.put("domainsWithout", Json.strings(without));
        }
        return new ActionResult(text.toString(), new Json.Obj(json), problem ? CONFIG : 0);
    }

    private static void write(TlsReport.Entry entry, List<ListenerState> listeners, StringBuilder text) {
        text.append(entry.name()).append("  ").append(entry.folder()).append('\n');
        if (entry.present()) {
            line(text, "names", String.join(", ", entry.names()));
            line(text, "issuer", entry.issuer());
            line(text, "key", entry.key() + ", signed by " + entry.signature());
            line(text, "expires", entry.expires() + " (" + entry.days() + " days)");
            line(text, "chain", entry.chain());
            line(text, "serves", serves(entry, listeners));
            if (!entry.domains().isEmpty()) {
                line(text, "domains", String.join(", ", entry.domains()));
            }
        }
        for (var finding : entry.findings()) {
            line(text, finding.weight().name().toLowerCase(Locale.ROOT), finding.text());
        }
    }

    private static String serves(TlsReport.Entry entry, List<ListenerState> listeners) {
        var serves = new ArrayList<>(entry.serves());
        if (entry.fallback()) {
            serves.add("clients that name no server or an unknown one");
        }
        if (serves.isEmpty()) {
            return "nobody";
        }
        return String.join(", ", serves) + "; at "
                + String.join(", ", listeners.stream().map(ListenerState::name).toList());
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append("  ").append(key).append(" ".repeat(Math.max(1, 9 - key.length())));
        text.append(value).append('\n');
    }

    private static Json json(TlsReport.Entry entry) {
        return Json.object()
                .with("name", entry.name())
                .with("folder", entry.folder().toString())
                .with("serving", entry.present())
                .with("names", Json.strings(entry.names()))
                .with("issuer", entry.issuer())
                .with("key", entry.key())
                .with("signature", entry.signature())
                .with("expires", entry.present() ? entry.expires().toString() : "")
                .with("days", entry.days())
                .with("chain", entry.chain())
                .with("serves", Json.strings(entry.serves()))
                .with("fallback", entry.fallback())
                .with("domains", Json.strings(entry.domains()))
                .with("worst", entry.worst().name().toLowerCase(Locale.ROOT))
                .with(
                        "findings",
                        Json.array(entry.findings().stream()
                                .map(finding -> Json.object()
                                        .with("weight", finding.weight().name().toLowerCase(Locale.ROOT))
                                        .with("text", finding.text()))
                                .toList()));
    }
}
