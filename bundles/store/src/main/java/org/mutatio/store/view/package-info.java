/// Mailboxes as sessions see them: [MailboxVersion]s, immutable arrays in shared chunks, and [LoadedMailbox], which
/// makes the next version of each event.
@NullMarked
package org.mutatio.store.view;

import org.jspecify.annotations.NullMarked;
