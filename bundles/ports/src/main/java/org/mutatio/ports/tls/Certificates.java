package org.mutatio.ports.tls;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All certificates at one moment, found by server name with two look-ups in a map; immutable.
///
/// A folder's own name comes before the names in other folders' certificates; of two certificates for
/// one name and of one kind of key the one that expires later is taken. One of each kind may serve a
/// name: a client that cannot verify the one is shown the other.
final class Certificates {
    static final Certificates EMPTY = new Certificates(Map.of(), Map.of(), new Choice());

    /// For one name: a certificate of each kind of key; the first one is the best.
    private static final class Choice {
        private final LinkedHashMap<String, Certificate> byKeyType = new LinkedHashMap<>();

        /// Among those that name it: the one that expires later.
        void named(Certificate certificate) {
            byKeyType.merge(
                    certificate.keyType(), certificate, (a, b) -> a.expires().isBefore(b.expires()) ? b : a);
        }

        /// Before all others.
        void first(Certificate certificate) {
            byKeyType.remove(certificate.keyType());
            byKeyType.putFirst(certificate.keyType(), certificate);
        }

        void complete(@Nullable Choice others) {
            if (others != null) {
                others.byKeyType.forEach(byKeyType::putIfAbsent);
            }
        }

        Optional<Certificate> best() {
            return byKeyType.values().stream().findFirst();
        }

        Optional<Certificate> of(String keyType) {
            return Optional.ofNullable(byKeyType.get(keyType));
        }
    }

    private final Map<String, Choice> byName;
    private final Map<String, Certificate> byId;
    private final Choice fallback;

    private Certificates(Map<String, Choice> byName, Map<String, Certificate> byId, Choice fallback) {
        this.byName = byName;
        this.byId = byId;
        this.fallback = fallback;
    }

    /// @param fallback for clients that name no server, or one that nobody has
    static Certificates of(Collection<Certificate> all, Certificate fallback) {
        var byName = new HashMap<String, Choice>();
        var byId = new HashMap<String, Certificate>();
        for (var certificate : all) {
            byId.put(certificate.id(), certificate);
            for (var name : certificate.names()) {
                byName.computeIfAbsent(name, _ -> new Choice()).named(certificate);
            }
        }
        for (var certificate : all) {
            byName.computeIfAbsent(certificate.folder().toLowerCase(Locale.ROOT), _ -> new Choice())
                    .first(certificate);
        }
        byId.put(fallback.id(), fallback);
        var rest = new Choice();
        rest.first(fallback);
        fallback.names().forEach(name -> rest.complete(byName.get(name)));
        return new Certificates(Map.copyOf(byName), Map.copyOf(byId), rest);
    }

    /// Exact before wildcard, one label deep (RFC 6125 section 6.4.3), before the fallback.
    private Choice choice(@Nullable String serverName) {
        if (serverName == null) {
            return fallback;
        }
        var name = serverName.toLowerCase(Locale.ROOT);
        var exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        var dot = name.indexOf('.');
        var wildcard = dot < 0 ? null : byName.get("*" + name.substring(dot));
        return wildcard != null ? wildcard : fallback;
    }

    Optional<Certificate> find(@Nullable String serverName) {
        return choice(serverName).best();
    }

    /// @param keyType that the client can verify, in JSSE's words
    Optional<Certificate> find(@Nullable String serverName, String keyType) {
        return choice(serverName).of(keyType);
    }

    @Nullable
    Certificate byId(String id) {
        return byId.get(id);
    }

    Collection<Certificate> all() {
        return byId.values();
    }
}
