/// A message as filters see and change it: [org.mutatio.pipeline.mail.FilterMail] over received octets and the
/// scanner's summary, and [org.mutatio.pipeline.mail.Draft], what the edits made of it. Knows only the SDK and the
/// MIME library, so that the test kit runs filters with the very same classes.
@NullMarked
package org.mutatio.pipeline.mail;

import org.jspecify.annotations.NullMarked;
