package org.mutatio.store;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// `[store]` of mutatio.toml.
@ObjectClassDefinition(name = "Store")
public @interface StoreConfig {

    @AttributeDefinition(description = "Octets after which a journal segment is closed; needs a restart")
    String segmentSize() default "64 MiB";

    @AttributeDefinition(description = "Larger messages become files of their own in data/blobs; needs a restart")
    String blobFrom() default "256 KiB";

    @AttributeDefinition(
            description = "Octets written to the journal after which a checkpoint of the index is made: it bounds"
                    + " how long a rebuild takes; needs a restart")
    String checkpointAfter() default "512 MiB";

    @AttributeDefinition(
            description = "Folder that receives closed segments, blobs and checkpoints continuously, for your own copy"
                    + " tool to carry away; empty: none; needs a restart")
    String archive_folder() default "";

    @AttributeDefinition(
            description = "At the latest after this time what was answered lies in the archive; needs a restart")
    String archive_rpo() default "5 m";

    @AttributeDefinition(description = "How long traces are kept; needs a restart")
    String trace_retention() default "30 d";
}
