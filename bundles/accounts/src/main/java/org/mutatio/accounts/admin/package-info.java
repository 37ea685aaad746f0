/// What an administrator can ask of accounts and do with them: [AccountActions].
@NullMarked
package org.mutatio.accounts.admin;

import org.jspecify.annotations.NullMarked;
