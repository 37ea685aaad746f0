/// What goes into the bundles that the tests make.
@NullMarked
package org.mutatio.deployer.tiny;

import org.jspecify.annotations.NullMarked;
