/// Header fields, read tolerantly and written strictly: blocks ([HeaderBlock]), encoded words, parameters, addresses,
/// dates.
@NullMarked
package org.mutatio.mime.header;

import org.jspecify.annotations.NullMarked;
