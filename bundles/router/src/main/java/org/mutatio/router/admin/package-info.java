/// What an administrator can ask of policies and do with them: [PolicyActions]. The files are the truth: what changes
/// something edits them, checked as a whole before.
@NullMarked
package org.mutatio.router.admin;

import org.jspecify.annotations.NullMarked;
