package org.mutatio.pipeline.transaction;

import org.mutatio.api.policy.Router;

/// A router with the version of its bundle, for the trace.
public record VersionedRouter(Router service, String version) {}
