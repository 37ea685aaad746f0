/// Who has mailboxes here and how they prove it. Read [AccountsComponent] first, then
/// `directory.AccountDirectory` and `sasl.Login`.
@NullMarked
package org.mutatio.accounts;

import org.jspecify.annotations.NullMarked;
