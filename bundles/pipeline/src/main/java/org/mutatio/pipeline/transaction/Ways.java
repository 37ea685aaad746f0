package org.mutatio.pipeline.transaction;

import org.mutatio.api.policy.Policy;

/// On which ways in a policy wants filters to be asked.
final class Ways {

    private Ways() {}

    static boolean asked(Policy policy, String role) {
        String way = role.equals("imap") ? "append" : role;
        return policy.list("pipeline.ways").contains(way);
    }
}
