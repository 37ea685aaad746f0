/// Mail as folders of plain files, out of the store and into it: our own format, Maildir++ and mbox. Start at
/// [Importer] and [Exporter]; docs/export.md describes the files octet by octet.
@NullMarked
package org.mutatio.store.port;

import org.jspecify.annotations.NullMarked;
