/// Example of a filter with a file that is read anew when it changes: [BlockList].
@NullMarked
package org.mutatio.examples.blocklist;

import org.jspecify.annotations.NullMarked;
