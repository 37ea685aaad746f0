package org.mutatio.imap.session;

import java.util.List;
import org.mutatio.api.store.UidRange;

/// Sequence sets as text, for the client.
final class Sets {
    private Sets() {}

    static String uids(List<UidRange> uids) {
        StringBuilder text = new StringBuilder();
        for (UidRange range : uids) {
            text.append(text.isEmpty() ? "" : ",").append(range);
        }
        return text.toString();
    }

    static String numbers(Positions positions) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < positions.ranges(); i++) {
            text.append(i == 0 ? "" : ",").append(positions.first(i) + 1);
            if (positions.last(i) > positions.first(i)) {
                text.append(':').append(positions.last(i) + 1);
            }
        }
        return text.toString();
    }
}
