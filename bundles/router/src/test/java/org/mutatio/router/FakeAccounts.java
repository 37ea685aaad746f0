package org.mutatio.router;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.accounts.Accounts;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;

/// A directory by hand, which can be away.
public final class FakeAccounts implements Accounts {

    private final List<Account> accounts = new ArrayList<>();
    private boolean away;

    public Account add(String address) {
        Account account =
                new Account(accounts.size() + 1L, MailAddress.parse(address).folded(), "", Optional.empty(), true);
        accounts.add(account);
        return account;
    }

    public void goAway() {
        away = true;
    }

    @Override
    public Optional<Account> find(MailAddress address) throws StoreUnavailableException {
        present();
        return accounts.stream()
                .filter(account -> account.address().equals(address.folded()))
                .findFirst();
    }

    @Override
    public List<Account> list(Optional<Domain> domain) throws StoreUnavailableException {
        present();
        return accounts.stream()
                .filter(account ->
                        domain.isEmpty() || account.address().domain().equals(domain.get()))
                .toList();
    }

    private void present() throws StoreUnavailableException {
        if (away) {
            throw new StoreUnavailableException(Reply.of(451, "4.3.0", "not now"), "the directory is away");
        }
    }
}
