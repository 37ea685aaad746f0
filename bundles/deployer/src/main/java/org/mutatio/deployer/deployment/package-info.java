/// Which bundles run, how one replaces another, and the record of it on disk: plain Java, no OSGi.
@NullMarked
package org.mutatio.deployer.deployment;

import org.jspecify.annotations.NullMarked;
