package org.mutatio.sdk.policy;

import java.util.Optional;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.osgi.annotation.versioning.ConsumerType;

/// Routes in Java, named in a policy: `[[route]]` with `provider = "<name>"`. A service with the property
/// `route.provider=<name>`; hot-deployed like a filter. Has 1 s; a fault or a missed deadline is 451.
@ConsumerType
public interface RouteProvider {

    /// Service property with its name.
    String NAME = "route.provider";

    /// @return `host:port` to relay to, or empty: the next route is tried
    Optional<String> route(ReversePath sender, MailAddress recipient, long size);
}
