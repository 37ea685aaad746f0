package org.mutatio.router.policy;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.sdk.mail.Domain;

/// All policies of one load. Finding one is a hash look-up, whatever their number.
public final class DomainPolicies implements PolicySet {

    private final long version;
    private final String sha256;
    private final boolean good;
    private final Map<Domain, EffectivePolicy> byName = new HashMap<>();
    private final EffectivePolicy defaults;
    private final List<Domain> domains;

    /// @param policies by every name, main and alias
    DomainPolicies(
            long version,
            String sha256,
            EffectivePolicy defaults,
            Map<Domain, EffectivePolicy> policies,
            boolean good) {
        this.version = version;
        this.sha256 = sha256;
        this.defaults = defaults;
        this.good = good;
        byName.putAll(policies);
        Collection<EffectivePolicy> all = byName.values();
        this.domains =
                all.stream().map(EffectivePolicy::domain).distinct().sorted().toList();
    }

    /// A set that knows nothing for sure, for the time before the first good one: nobody is told that a domain or
    /// recipient is not there (case ops-1cb).
    public static DomainPolicies unknown() {
        EffectivePolicy defaults =
                new EffectivePolicy(PolicyLoader.DEFAULT_DOMAIN, Node.Branch.EMPTY, List.of(), Map.of(), Map.of());
        return new DomainPolicies(0, "", defaults, Map.of(), false);
    }

    /// False: no set could be loaded yet, and what is not in here may still be ours.
    public boolean good() {
        return good;
    }

    @Override
    public long version() {
        return version;
    }

    /// Of all files with their names.
    public String sha256() {
        return sha256;
    }

    @Override
    public Optional<Policy> of(Domain domain) {
        return Optional.ofNullable(byName.get(domain));
    }

    public Optional<EffectivePolicy> effective(Domain domain) {
        return Optional.ofNullable(byName.get(domain));
    }

    @Override
    public EffectivePolicy defaults() {
        return defaults;
    }

    @Override
    public List<Domain> domains() {
        return domains;
    }
}
