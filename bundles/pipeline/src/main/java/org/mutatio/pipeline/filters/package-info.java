/// The filters that are there: [org.mutatio.pipeline.filters.FilterEntry] is one version of one filter with its pins
/// and breakers, [org.mutatio.pipeline.filters.FilterTable] knows the live ones and their order.
@NullMarked
package org.mutatio.pipeline.filters;

import org.jspecify.annotations.NullMarked;
