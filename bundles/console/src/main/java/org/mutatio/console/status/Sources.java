package org.mutatio.console.status;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.mutatio.api.admin.Action;
import org.mutatio.api.deploy.Deployments;
import org.mutatio.api.metrics.MeterSource;

/// Where `status` looks; each gives what is live at that moment.
///
/// @param errors last warnings and errors of the log
public record Sources(
        String version,
        Supplier<Optional<Deployments>> deployments,
        Probes probes,
        Supplier<List<MeterSource>> meters,
        Supplier<List<Action>> actions,
        Supplier<List<String>> errors) {}
