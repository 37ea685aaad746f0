package org.mutatio.pipeline.trace;

import java.util.ArrayList;
import java.util.List;
import org.mutatio.api.trace.Trace;
import org.mutatio.api.trace.TraceStep;

/// The steps of one transaction, bounded. Used by its session's thread.
public final class TraceLog {

    /// For what is written last, whatever came before: commit, reply.
    private static final int RESERVE = 10;

    private final List<TraceStep> steps = new ArrayList<>();
    private int omitted;

    public void add(TraceStep step) {
        if (steps.size() < Trace.MOST_STEPS - RESERVE) {
            steps.add(step);
        } else {
            omitted++;
        }
    }

    public void addAll(List<TraceStep> more) {
        more.forEach(this::add);
    }

    /// One of the last ones, for which there is always room.
    public void end(TraceStep step) {
        if (omitted > 0) {
            steps.add(new TraceStep(
                    "message", "org.mutatio.pipeline", "", "", "", "omitted", omitted + " steps were left out", 0));
            omitted = 0;
        }
        if (steps.size() < Trace.MOST_STEPS) {
            steps.add(step);
        }
    }

    public List<TraceStep> steps() {
        return List.copyOf(steps);
    }
}
