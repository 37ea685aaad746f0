package org.mutatio.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.pipeline.filters.Breaker;
import org.mutatio.pipeline.filters.FilterEntry;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/// `filters list`: the live filters in the order in which they are asked.
@Component
public final class FiltersAction implements Action {

    private final FilterOverview overview;

    /// Of our own bundle, so it may be a plain reference.
    @Activate
    public FiltersAction(@Reference FilterOverview overview) {
        this.overview = overview;
    }

    @Override
    public String name() {
        return "filters list";
    }

    @Override
    public String summary() {
        return "Lists the live filters in the order in which they are asked, and how they fare";
    }

    @Override
    public List<Argument> arguments() {
        return List.of();
    }

    @Override
    public String example() {
        return "mutatio filters list";
    }

    @Override
    public ActionResult run(ActionCall call) {
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        for (FilterEntry filter : overview.inOrder()) {
            int lost = filter.bulkhead().map(bulkhead -> bulkhead.lost()).orElse(0);
            Map<String, Breaker.State> open = filter.openBreakers();
            List<String> stages = filter.declared().stages().stream()
                    .sorted()
                    .map(stage -> stage.name().toLowerCase(Locale.ROOT))
                    .toList();
            String phase = filter.declared().phase().name().toLowerCase(Locale.ROOT);
            text.append(String.format(
                    Locale.ROOT,
                    "%-24s %-20s %-16s %-14s calls=%d faults=%d%s%s%n",
                    filter.name(),
                    filter.origin().version(),
                    String.join(",", stages),
                    phase,
                    filter.calls(),
                    filter.faults(),
                    open.isEmpty() ? "" : " breaker open: " + String.join(", ", open.keySet()),
                    lost == 0 ? "" : " lost threads: " + lost));
            Json.Obj breakers = Json.object();
            for (var entry : open.entrySet()) {
                breakers = breakers.with(entry.getKey(), entry.getValue().name().toLowerCase(Locale.ROOT));
            }
            items.add(Json.object()
                    .with("name", filter.name())
                    .with("bundle", filter.origin().symbolicName())
                    .with("version", filter.origin().version())
                    .with("stages", Json.strings(stages))
                    .with("phase", phase)
                    .with("onFailure", filter.declared().onFailure().name().toLowerCase(Locale.ROOT))
                    .with("calls", filter.calls())
                    .with("faults", filter.faults())
                    .with("pins", filter.pins())
                    .with("lostThreads", lost)
                    .with("breakers", breakers));
        }
        if (items.isEmpty()) {
            text.append("no filters are live\n");
        }
        for (String problem : overview.problems()) {
            text.append("problem: ").append(problem).append('\n');
        }
        return ActionResult.of(
                text.toString(),
                Json.object().with("filters", Json.array(items)).with("problems", Json.strings(overview.problems())));
    }
}
