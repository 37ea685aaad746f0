package org.mutatio.deployer.tiny;

import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;

public final class Well implements HealthProbe {
    @Override
    public Health probe() {
        return Health.ok("well");
    }
}
