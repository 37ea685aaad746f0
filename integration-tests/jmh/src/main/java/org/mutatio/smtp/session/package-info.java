/// Here because what is measured is private to its package.
@NullMarked
package org.mutatio.smtp.session;

import org.jspecify.annotations.NullMarked;
