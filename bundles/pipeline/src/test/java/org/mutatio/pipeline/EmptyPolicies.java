package org.mutatio.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;

/// A server without domains.
final class EmptyPolicies implements Policies, PolicySet, Policy {

    @Override
    public PolicySet current() {
        return this;
    }

    @Override
    public AutoCloseable listen(Runnable changed) {
        return () -> {};
    }

    @Override
    public long version() {
        return 1;
    }

    @Override
    public Optional<Policy> of(Domain domain) {
        return Optional.empty();
    }

    @Override
    public Policy defaults() {
        return this;
    }

    @Override
    public List<Domain> domains() {
        return List.of();
    }

    @Override
    public Domain domain() {
        return Domain.parse("_default");
    }

    @Override
    public String name() {
        return "_default";
    }

    @Override
    public String key() {
        return "default";
    }

    @Override
    public DataSize size(String path) {
        throw new IllegalArgumentException(path);
    }

    @Override
    public Duration duration(String path) {
        throw new IllegalArgumentException(path);
    }

    @Override
    public boolean flag(String path) {
        throw new IllegalArgumentException(path);
    }

    @Override
    public long number(String path) {
        throw new IllegalArgumentException(path);
    }

    @Override
    public double decimal(String path) {
        throw new IllegalArgumentException(path);
    }

    @Override
    public String text(String path) {
        throw new IllegalArgumentException(path);
    }

    @Override
    public List<String> list(String path) {
        return List.of("mx");
    }

    @Override
    public String origin(String path) {
        return "default";
    }

    @Override
    public List<Entry> entries() {
        return List.of();
    }

    @Override
    public SettingTable filter(String name) {
        return SettingTable.EMPTY;
    }

    @Override
    public Optional<SettingValue> value(String path) {
        return Optional.empty();
    }
}
