package org.mutatio.api.policy;

import java.util.List;
import java.util.Optional;
import org.mutatio.api.accounts.Account;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.osgi.annotation.versioning.ProviderType;

/// Says where a recipient's mail goes; given by `router`. Reads the set it is given and the accounts, nothing else.
@ProviderType
public interface Router {

    /// @param size octets of the message, 0 when not yet known
    /// @param authenticated the account that sends, when it logged in
    record Question(ReversePath sender, MailAddress recipient, long size, Optional<Account> authenticated) {}

    /// Never throws for what a client can cause.
    Routing route(PolicySet set, Question question);

    /// Whether an account may send as that address: its own, an alias that leads to it alone or to it among others, a
    /// catch-all it owns, its plus addresses; the same mapping in both directions (case subm-6dc, RFC 6409 section
    /// 6.1).
    ///
    /// @return why not, in words; empty: it may
    Optional<String> mayNotSendAs(PolicySet set, Account account, MailAddress sender);

    /// One line of the way to the decision, for the trace.
    ///
    /// @param policy file:line that decided, may be empty
    record Why(String policy, String outcome, String reason) {}

    /// Where it goes.
    sealed interface Routing {

        List<Why> why();

        /// To these targets (aliases may have made many of one); never empty.
        ///
        /// @param bySize the size had a say, or a route in Java was told it: asked again when it is known
        record To(Policy policy, List<Target> targets, List<Why> why, boolean bySize) implements Routing {
            public To {
                targets = List.copyOf(targets);
                why = List.copyOf(why);
            }
        }

        /// The domain is ours, the recipient is surely not: 550 5.1.1.
        record Unknown(Policy policy, List<Why> why) implements Routing {}

        /// The domain is not ours: 550 5.7.1 unless the session may relay; then it goes to `smtp:<domain>`.
        record Foreign(List<Why> why) implements Routing {}

        /// The directory, a route provider or a policy is not to be asked now: 451 4.3.0.
        record Unavailable(List<Why> why) implements Routing {}

        /// Loop of aliases, too many targets: 550 5.4.6, 452 4.5.3 as the reply says.
        record Refused(org.mutatio.sdk.reply.Reply reply, List<Why> why) implements Routing {}
    }

    /// One destination.
    sealed interface Target {

        /// @param address after aliases, with a plus tag still on
        /// @param tag behind the separator; empty when there is none
        record Mailbox(Account account, MailAddress address, String tag) implements Target {}

        /// @param lane transport and destination: `smtp:mx-eu.example.com:25`, `smtp:example.net` (by MX)
        /// @param tls `require`, `opportunistic`
        record Relay(MailAddress address, String lane, String tls) implements Target {}
    }
}
