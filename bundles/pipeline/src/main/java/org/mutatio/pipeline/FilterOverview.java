package org.mutatio.pipeline;

import java.util.List;
import org.mutatio.pipeline.filters.FilterEntry;

/// What `filters list` shows; within this bundle only.
public interface FilterOverview {

    List<FilterEntry> inOrder();

    List<String> problems();
}
