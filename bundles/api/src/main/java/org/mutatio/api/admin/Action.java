package org.mutatio.api.admin;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/// One thing an administrator can ask or do; a service. Long ones may take minutes, each call has a thread of its own.
@ConsumerType
public interface Action {

    /// Words of the command line: `queue list`, `account add`, `explain`. Unique.
    String name();

    /// One line for the list of commands.
    String summary();

    /// Arguments and options, in order.
    List<Argument> arguments();

    /// A whole command line that shows it at work: `mutatio queue list --lane smtp:mx.example.net`.
    String example();

    /// Whether it changes something: such calls are logged with who and what.
    default boolean changes() {
        return false;
    }

    /// @throws ActionException bad arguments, nothing found, not possible now: with the exit code of sysexits
    ActionResult run(ActionCall call) throws ActionException;
}
