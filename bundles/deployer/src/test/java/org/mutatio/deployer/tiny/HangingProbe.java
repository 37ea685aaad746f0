package org.mutatio.deployer.tiny;

import java.util.concurrent.locks.LockSupport;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;

public final class HangingProbe implements HealthProbe {
    private volatile boolean done;

    @Override
    public Health probe() {
        while (!done) {
            LockSupport.park(this);
        }
        return Health.ok("never");
    }

    void end() {
        done = true;
    }
}
