/// From the listening socket to the handler: [Acceptor] takes, [Reception] leads each connection to the live
/// handler of its protocol and counts it out.
@NullMarked
package org.mutatio.ports.reception;

import org.jspecify.annotations.NullMarked;
