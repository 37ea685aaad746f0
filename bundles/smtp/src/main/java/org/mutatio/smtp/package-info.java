/// Speaks SMTP, submission and LMTP. Read [org.mutatio.smtp.protocol.Conversation] first: what is said; then
/// [org.mutatio.smtp.session.SmtpSession]: how it moves. Only this package knows OSGi.
@NullMarked
package org.mutatio.smtp;

import org.jspecify.annotations.NullMarked;
