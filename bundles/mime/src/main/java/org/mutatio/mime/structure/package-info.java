/// The structure of a message: [StructureScanner] finds it in one pass over the arriving octets, [Summary]
/// keeps it.
@NullMarked
package org.mutatio.mime.structure;

import org.jspecify.annotations.NullMarked;
