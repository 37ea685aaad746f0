package org.mutatio.pipeline.transaction;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.policy.Policy;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.Durations;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;

/// A policy of a few values; an unknown path is our bug, as with the real one.
final class FakePolicy implements Policy {

    private final Domain domain;
    private String key;
    private final Map<String, String> values = new HashMap<>(Map.of(
            "limits.message-size", "50 MB",
            "limits.quota", "0 B",
            "limits.over-quota", "reject",
            "limits.recipients", "1000",
            "limits.submission-recipients", "200",
            "pipeline.mixed-verdict", "quarantine",
            "pipeline.ways", "mx,submission,lmtp,append",
            "tls.outgoing", "opportunistic"));
    private final Map<String, SettingTable> filters = new HashMap<>();

    FakePolicy(String domain) {
        this.domain = Domain.parse(domain);
        this.key = "same";
    }

    FakePolicy set(String path, String value) {
        values.put(path, value);
        key = domain.ascii();
        return this;
    }

    FakePolicy filter(String name, Map<String, SettingValue> table) {
        filters.put(name, new SettingTable(table));
        key = domain.ascii();
        return this;
    }

    FakePolicy own() {
        key = domain.ascii();
        return this;
    }

    private String known(String path) {
        String value = values.get(path);
        if (value == null) {
            throw new IllegalArgumentException("no such path: " + path);
        }
        return value;
    }

    @Override
    public Domain domain() {
        return domain;
    }

    @Override
    public String name() {
        return domain.ascii();
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public DataSize size(String path) {
        return DataSize.parse(known(path));
    }

    @Override
    public Duration duration(String path) {
        return Durations.parse(known(path));
    }

    @Override
    public boolean flag(String path) {
        return Boolean.parseBoolean(known(path));
    }

    @Override
    public long number(String path) {
        return Long.parseLong(known(path));
    }

    @Override
    public double decimal(String path) {
        return Double.parseDouble(known(path));
    }

    @Override
    public String text(String path) {
        return known(path);
    }

    @Override
    public List<String> list(String path) {
        return List.of(known(path).split(",", -1));
    }

    @Override
    public String origin(String path) {
        return "config/domains/" + domain.ascii() + ".toml:1";
    }

    @Override
    public List<Entry> entries() {
        return List.of();
    }

    @Override
    public SettingTable filter(String name) {
        return filters.getOrDefault(name, SettingTable.EMPTY);
    }

    @Override
    public Optional<SettingValue> value(String path) {
        return Optional.empty();
    }
}
