/// Owns the listening sockets and every accepted connection, with limits, PROXY protocol, TLS and compression,
/// and lends connections to the protocol bundles. Read [PortsComponent] for the doors,
/// [org.mutatio.ports.reception.Reception] for the way of a connection, [org.mutatio.ports.wire.Wire] for how it
/// waits.
@NullMarked
package org.mutatio.ports;

import org.jspecify.annotations.NullMarked;
