/// Example of a filter that changes mail: [Disclaimer].
@NullMarked
package org.mutatio.examples.disclaimer;

import org.jspecify.annotations.NullMarked;
