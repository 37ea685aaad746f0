package org.mutatio.api.metrics;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// Somebody who counts; a service.
@ConsumerType
public interface MeterSource {

    /// All that was counted up to now.
    List<Sample> samples();

    /// @param name `mutatio_rejects_total`, with its base unit
    /// @param labels `stage="rcpt",reason="unknown"`; empty when there are none
    record Sample(String name, String labels, double value) {}
}
