package org.mutatio.api.store;

import java.util.List;

/// From one version to a later one.
///
/// @param expunged UIDs that were there and are gone, ascending
/// @param changed UIDs that were there before and have other flags or another MODSEQ, ascending
/// @param arrived UIDs that are new, ascending (a message that came and went between is in none)
public record MailboxChanges(List<UidRange> expunged, List<UidRange> changed, List<UidRange> arrived) {
    public MailboxChanges {
        expunged = List.copyOf(expunged);
        changed = List.copyOf(changed);
        arrived = List.copyOf(arrived);
    }

    public boolean isEmpty() {
        return expunged.isEmpty() && changed.isEmpty() && arrived.isEmpty();
    }
}
