/// One accepted connection, from the channel up: [Wire] (octets), [TlsLayer] and [DeflateLayer] (optional
/// storeys), and [ChannelConnection], the face that a protocol bundle sees. Read [Wire] first: it says how
/// waiting works.
@NullMarked
package org.mutatio.ports.wire;

import org.jspecify.annotations.NullMarked;
