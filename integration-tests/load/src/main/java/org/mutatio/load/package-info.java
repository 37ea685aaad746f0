/// Our load generator: [Load] sends mail by SMTP in a closed or an open loop and measures what the client sees.
@NullMarked
package org.mutatio.load;

import org.jspecify.annotations.NullMarked;
