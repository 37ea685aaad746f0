/// Tests whose cases lie beside the repository, in `-Dcorpora=DIR`.
@NullMarked
package org.mutatio.imap.corpora;

import org.jspecify.annotations.NullMarked;
