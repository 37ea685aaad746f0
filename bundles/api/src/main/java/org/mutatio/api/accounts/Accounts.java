package org.mutatio.api.accounts;

import java.util.List;
import java.util.Optional;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.osgi.annotation.versioning.ProviderType;

/// The accounts of our domains; given by `accounts`, kept by the store.
@ProviderType
public interface Accounts {

    /// By main address, compared folded. Empty means surely not there; anything uncertain throws, so that nobody
    /// answers 550 for a directory that is away (case ops-1cb).
    Optional<Account> find(MailAddress address) throws StoreUnavailableException;

    List<Account> list(Optional<Domain> domain) throws StoreUnavailableException;
}
