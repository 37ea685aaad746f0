/// Content-transfer-encodings and charsets, streaming and tolerant: start at [TransferEncoding].
@NullMarked
package org.mutatio.mime.encoding;

import org.jspecify.annotations.NullMarked;
