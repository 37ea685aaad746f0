@NullMarked
package org.mutatio.examples.blocklist;

import org.jspecify.annotations.NullMarked;
