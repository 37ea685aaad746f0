package org.mutatio.pipeline;

import java.util.Map;
import org.mutatio.api.deploy.SettingsCheck;
import org.mutatio.pipeline.transaction.Limits;
import org.osgi.service.component.annotations.Component;

/// Reads `[pipeline]` of mutatio.toml before it is in force.
@Component(property = SettingsCheck.PID + "=org.mutatio.pipeline")
public final class PipelineSettingsCheck implements SettingsCheck {
    @Override
    public void read(Map<String, Object> table) {
        Limits _ = PipelineComponent.limits(SettingsCheck.typed(PipelineConfig.class, table));
    }
}
