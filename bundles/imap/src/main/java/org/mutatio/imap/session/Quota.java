package org.mutatio.imap.session;

import java.util.OptionalLong;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.policy.Policies;
import org.mutatio.current.Current;

/// How much an account may keep.
final class Quota {
    private Quota() {}

    /// The account's own, else that of its domain's policy (`limits.quota`, where 0 means none).
    static OptionalLong limit(Account account, Current<Policies> policies) {
        if (account.quota().isPresent()) {
            return OptionalLong.of(account.quota().get().octets());
        }
        return policies.now()
                .flatMap(current -> current.current().of(account.address().domain()))
                .map(policy -> policy.size("limits.quota").octets())
                .filter(octets -> octets > 0)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }
}
