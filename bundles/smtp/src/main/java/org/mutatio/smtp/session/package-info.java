/// One client's octets: [SmtpSession] joins gate, conversation and SubEthaSMTP's session loop; start there. Plain
/// Java on a Connection.
@NullMarked
package org.mutatio.smtp.session;

import org.jspecify.annotations.NullMarked;
