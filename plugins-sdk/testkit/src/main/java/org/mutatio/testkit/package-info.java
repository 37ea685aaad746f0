/// Runs a filter on messages in a plain unit test, without a server or a framework, and with the classes that the
/// server uses. Start at [FilterTrial].
@NullMarked
package org.mutatio.testkit;

import org.jspecify.annotations.NullMarked;
