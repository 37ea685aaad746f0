/// Example of a filter that judges: [AttachmentLimit].
@NullMarked
package org.mutatio.examples.attachmentlimit;

import org.jspecify.annotations.NullMarked;
