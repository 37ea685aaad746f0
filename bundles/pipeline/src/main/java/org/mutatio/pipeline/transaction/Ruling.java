package org.mutatio.pipeline.transaction;

import org.mutatio.api.policy.Policy;
import org.mutatio.sdk.mail.Domain;

/// The policy that rules a call, and the domain it rules it for.
record Ruling(Policy policy, Domain domain) {

    static Ruling of(Policy policy) {
        return new Ruling(policy, policy.domain());
    }
}
