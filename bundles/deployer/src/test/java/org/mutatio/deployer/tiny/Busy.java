package org.mutatio.deployer.tiny;

import java.time.Instant;
import org.mutatio.api.deploy.Drainable;

public final class Busy implements Drainable {
    @Override
    public int drain(Instant deadline) {
        return 3;
    }
}
