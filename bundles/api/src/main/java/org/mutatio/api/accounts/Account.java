package org.mutatio.api.accounts;

import java.util.Optional;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.settings.DataSize;

/// One account: an address with mailboxes.
///
/// @param id never used twice
/// @param address main address, folded to lower case; also the log-in name
/// @param displayName for people; may be empty
/// @param quota octets of all its messages; empty: the domain's policy says
/// @param enabled false: no log-in; mail is still taken
public record Account(long id, MailAddress address, String displayName, Optional<DataSize> quota, boolean enabled) {}
