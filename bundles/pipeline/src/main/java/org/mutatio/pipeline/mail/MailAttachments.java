package org.mutatio.pipeline.mail;

import java.util.ArrayList;
import java.util.List;
import org.mutatio.sdk.mail.Attachments;
import org.mutatio.sdk.mail.Part;
import org.mutatio.sdk.settings.DataSize;

/// The leaves that are attachments.
record MailAttachments(List<Part> all) implements Attachments {

    static MailAttachments of(MailPart root) {
        List<Part> found = new ArrayList<>();
        collect(root, found);
        return new MailAttachments(List.copyOf(found));
    }

    private static void collect(Part part, List<Part> found) { // the scanner bounds the depth
        if (part instanceof MailPart leaf && leaf.leaf()) {
            if (attached(part)) {
                found.add(part);
            }
            return;
        }
        for (Part child : part.children()) {
            collect(child, found);
        }
    }

    private static boolean attached(Part part) {
        return part.disposition().filter("attachment"::equals).isPresent()
                || part.fileName().isPresent()
                || !part.contentType().startsWith("text/")
                        && !part.contentType().startsWith("multipart/");
    }

    @Override
    public DataSize totalSize() {
        long sum = 0;
        for (Part part : all) {
            sum += part.decodedSize();
        }
        return DataSize.of(sum);
    }
}
