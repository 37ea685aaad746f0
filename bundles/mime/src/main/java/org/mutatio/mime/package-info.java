/// MIME for every room: read a message's structure once while it arrives (`structure`), read and write header fields
/// (`header`), take transfer encodings off and on (`encoding`), answer IMAP from it (`imap`). No service, no state,
/// JDK only; copied into each bundle that uses it. Start at [org.mutatio.mime.structure.StructureScanner].
///
/// **Octet strings.** Header fields are octets, and stay octets until somebody wants to show them: a `String` called
/// an *octet string* holds one octet (U+0000 to U+00FF) per char. [OctetStrings] turns them into text and back.
@NullMarked
package org.mutatio.mime;

import org.jspecify.annotations.NullMarked;
