/// TOML with origins: [TomlFile] reads a file into values that know their line and column, all faults at once;
/// [TomlEdit] changes one and keeps comments and layout; [NearestKey] finds the key that was meant.
///
/// A library without state, copied into each bundle that uses it together with tomlj (which lies hidden here: nothing
/// of it is in a signature), exported by nobody.
@NullMarked
package org.mutatio.toml;

import org.jspecify.annotations.NullMarked;
