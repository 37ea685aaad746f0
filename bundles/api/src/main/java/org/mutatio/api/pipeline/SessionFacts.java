package org.mutatio.api.pipeline;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;
import org.mutatio.api.accounts.Account;

/// What the protocol knows of its session; the suppliers are asked whenever needed, since it changes.
///
/// @param role `mx`, `submission`, `lmtp`, `imap`
/// @param client the peer, by PROXY or XCLIENT the named one
/// @param helo what it called itself
/// @param tls protocol and cipher
/// @param account logged in as
/// @param protocol the word for the Received line: `ESMTPSA`, `LMTP`, ... (RFC 3848, RFC 6531 section 4.3)
/// @param hostName our name, for Received and Authentication-Results
public record SessionFacts(
        String sessionId,
        String role,
        InetSocketAddress client,
        Supplier<Optional<String>> helo,
        Supplier<Optional<String>> tls,
        Supplier<Optional<Account>> account,
        Supplier<String> protocol,
        String hostName) {}
