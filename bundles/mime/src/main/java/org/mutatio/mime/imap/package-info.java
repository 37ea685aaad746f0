/// What IMAP shows of a message, as pure functions of its summary and octets: start at [ImapStructureWriter].
@NullMarked
package org.mutatio.mime.imap;

import org.jspecify.annotations.NullMarked;
