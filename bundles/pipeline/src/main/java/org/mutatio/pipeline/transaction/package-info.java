/// From MAIL to the final reply: [org.mutatio.pipeline.transaction.MailTransaction] asks filters and router, makes the
/// ropes, commits and answers. Read it first, then [org.mutatio.pipeline.transaction.Judging] and
/// [org.mutatio.pipeline.transaction.Posting].
@NullMarked
package org.mutatio.pipeline.transaction;

import org.jspecify.annotations.NullMarked;
