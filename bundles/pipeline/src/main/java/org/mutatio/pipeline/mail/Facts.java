package org.mutatio.pipeline.mail;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Typed facts that filters leave for those behind them; lives as long as the transaction and no longer, since its keys
/// are classes of plugins.
public final class Facts {

    private final Map<Class<?>, Object> facts = new ConcurrentHashMap<>();

    <T> Optional<T> find(Class<T> type) {
        Object fact = facts.get(type);
        return fact == null ? Optional.empty() : Optional.of(type.cast(fact));
    }

    void takeAll(Facts more) {
        facts.putAll(more.facts);
    }

    <T> void put(Class<T> type, T fact) {
        facts.put(type, type.cast(fact));
    }

    /// The transaction is over.
    public void clear() {
        facts.clear();
    }
}
