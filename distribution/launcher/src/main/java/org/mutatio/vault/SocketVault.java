package org.mutatio.vault;

import java.nio.channels.Channel;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/// Channels by name, kept over the replacement of the bundle that opened them. All methods may be called by any
/// thread and none blocks.
@ProviderType
public interface SocketVault {

    /// The channel of that name while it is open.
    Optional<Channel> find(String name);

    /// Keeps a channel under a name; what was kept under it before is forgotten, not closed. While [#closing] the
    /// channel is still kept, so that the end of the process closes it.
    void keep(String name, Channel channel);

    /// Forgets a channel without closing it; does nothing when another one has that name by now.
    void forget(String name, Channel channel);

    /// Names of open channels that begin with a prefix.
    Set<String> names(String prefix);

    /// True once the whole server is going down: a bundle that stops then closes its sockets. Before that it is being
    /// replaced, and leaves them for the next one.
    boolean closing();
}
