/// mutatio.toml: from tables to configurations, checked as a whole before anything is applied. Plain Java,
/// no OSGi.
@NullMarked
package org.mutatio.deployer.config;

import org.jspecify.annotations.NullMarked;
