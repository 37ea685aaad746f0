/// TOML with origins: [TomlFile] reads a file into values that know their line and column, all faults at once;
/// [TomlEdit] changes one and keeps comments and layout; [NearestKey] finds the key that was meant.
///
/// A library without state, copied into each bundle that uses it and exported by nobody; tomlj (nothing of it is in a
/// signature) comes from its own bundle.
@NullMarked
package org.mutatio.toml;

import org.jspecify.annotations.NullMarked;
