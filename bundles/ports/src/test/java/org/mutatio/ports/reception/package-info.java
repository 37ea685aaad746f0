/// Tests of the whole house, over real loopback sockets.
@NullMarked
package org.mutatio.ports.reception;

import org.jspecify.annotations.NullMarked;
