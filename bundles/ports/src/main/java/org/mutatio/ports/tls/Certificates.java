package org.mutatio.ports.tls;

import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All certificates at one moment, found by server name with two look-ups in a map; immutable.
///
/// A folder's own name comes before the names in other folders' certificates; of two certificates for one name
/// the one that expires later is taken.
final class Certificates {
    static final Certificates EMPTY = new Certificates(Map.of(), Map.of(), null);

    private final Map<String, Certificate> byName;
    private final Map<String, Certificate> byId;
    private final @Nullable Certificate fallback;

    private Certificates(
            Map<String, Certificate> byName, Map<String, Certificate> byId, @Nullable Certificate fallback) {
        this.byName = byName;
        this.byId = byId;
        this.fallback = fallback;
    }

    /// @param fallback for clients that name no server, or one that nobody has
    static Certificates of(Collection<Certificate> all, Certificate fallback) {
        var byName = new HashMap<String, Certificate>();
        var byId = new HashMap<String, Certificate>();
        for (var certificate : all) {
            byId.put(certificate.id(), certificate);
            for (var name : certificate.names()) {
                byName.merge(name, certificate, (a, b) -> a.expires().isBefore(b.expires()) ? b : a);
            }
        }
        for (var certificate : all) {
            byName.put(certificate.folder().toLowerCase(Locale.ROOT), certificate);
        }
        byId.put(fallback.id(), fallback);
        return new Certificates(Map.copyOf(byName), Map.copyOf(byId), fallback);
    }

    /// Exact before wildcard, one label deep (RFC 6125 section 6.4.3), before the fallback.
    Optional<Certificate> find(@Nullable String serverName) {
        if (serverName == null) {
            return Optional.ofNullable(fallback);
        }
        var name = serverName.toLowerCase(Locale.ROOT);
        var exact = byName.get(name);
        if (exact != null) {
            return Optional.of(exact);
        }
        var dot = name.indexOf('.');
        var wildcard = dot < 0 ? null : byName.get("*" + name.substring(dot));
        return Optional.ofNullable(wildcard != null ? wildcard : fallback);
    }

    @Nullable
    Certificate byId(String id) {
        return byId.get(id);
    }

    Collection<Certificate> all() {
        return byId.values();
    }
}
