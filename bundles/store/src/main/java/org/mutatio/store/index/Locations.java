package org.mutatio.store.index;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.mutatio.store.journal.Location;

/// Where records lie, as far as it was asked lately: who reads a mailbox asks for one mail after the other, and the
/// index then tells a few more than it was asked for. Bounded; a place is given up for the next mail that wants it.
///
/// A place that compaction left is as good as the new one until its segment goes; who finds nothing there asks anew
/// ([#forget]).
final class Locations {

    /// Mails told ahead.
    static final int AHEAD = 63;
    private static final int PLACES = 4_096; // 200 KB when full

    private record Known(long mail, Location location) {}

    private final AtomicReferenceArray<@Nullable Known> places = new AtomicReferenceArray<>(PLACES);
    private volatile long asked;

    private static int place(long mail) {
        return (int) (mail & (PLACES - 1));
    }

    Optional<Location> get(long mail) {
        Known known = places.get(place(mail));
        return known != null && known.mail() == mail ? Optional.of(known.location()) : Optional.empty();
    }

    /// The last mail to ask for together with this one: itself, unless one a little before it was asked for last.
    long upTo(long mail) {
        long before = asked;
        asked = mail;
        return mail > before && mail - before <= 2L * AHEAD ? mail + AHEAD : mail;
    }

    void put(long mail, Location location) {
        places.set(place(mail), new Known(mail, location));
    }

    void forget(long mail) {
        places.set(place(mail), null);
    }
}
