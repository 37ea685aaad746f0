/// The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): [ProxyHeader].
@NullMarked
package org.mutatio.ports.proxy;

import org.jspecify.annotations.NullMarked;
