/// IMAP4rev2 (RFC 9051) and IMAP4rev1 (RFC 3501) on the connections that `ports` hands over, over the mailboxes of
/// the store. This package is the front door and knows OSGi; read [org.mutatio.imap.session.ImapSession] first.
@NullMarked
package org.mutatio.imap;

import org.jspecify.annotations.NullMarked;
