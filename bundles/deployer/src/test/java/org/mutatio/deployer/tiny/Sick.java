package org.mutatio.deployer.tiny;

import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.health.HealthProbe;

public final class Sick implements HealthProbe {
    @Override
    public Health probe() {
        return Health.broken("the server it needs is away");
    }
}
