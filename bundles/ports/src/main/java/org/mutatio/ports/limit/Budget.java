package org.mutatio.ports.limit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Counts connections by address and account. One lock, held for a few map look-ups.
///
/// Memory: an entry lives while it has connections or its minute runs; at most [#MOST_ADDRESSES] of them.
/// Who brings more addresses than that in a minute (a /32 of IPv6 has four thousand million /64s) shall
/// not lock out everybody else: then the minutes are forgotten of all who have no connection here, and so
/// many that have one the total forbids.
public final class Budget {
    static final int MOST_ADDRESSES = 200_000;
    private static final long MINUTE = 60_000;

    /// What an arriving connection is told.
    public enum Verdict {
        ADMITTED,
        TOO_MANY_IN_ALL,
        TOO_MANY_OF_ADDRESS,
        TOO_FAST
    }

    /// An address, or the /64 of an IPv6 one: a customer's smallest network, within which addresses cost nothing.
    private record Origin(long high, boolean six) {
        static Origin of(InetAddress address) {
            var octets = address.getAddress();
            var six = address instanceof Inet6Address;
            var high = 0L;
            for (var i = 0; i < (six ? 8 : 4); i++) {
                high = high << 8 | octets[i] & 0xff;
            }
            return new Origin(high, six);
        }
    }

    private static final class Account {
        int strangers;
        int authenticated;
        long minute;
        int inMinute;

        boolean idle(long now) {
            return empty() && over(now);
        }

        boolean empty() {
            return strangers == 0 && authenticated == 0;
        }

        /// A clock that went back begins a new minute.
        boolean over(long now) {
            return now - minute >= MINUTE || now < minute;
        }
    }

    /// One counted connection; given back once.
    public final class Place {
        private final @Nullable Origin origin; // null: a free one
        private @Nullable String account;
        private boolean given;

        private Place(@Nullable Origin origin) {
            this.origin = origin;
        }

        /// Moves it from its address's budget of strangers to the account's.
        ///
        /// @return false: the account or the address has too many; nothing changed
        public boolean authenticated(String name) {
            lock.lock();
            try {
                if (given || account != null) {
                    return !given && name.equals(account);
                }
                if (!moveTo(name)) {
                    return false;
                }
                account = name;
                return true;
            } finally {
                lock.unlock();
            }
        }

        private boolean moveTo(String name) {
            var here = origin == null ? null : addresses.get(origin);
            var ofAccount = accounts.getOrDefault(name, 0);
            if (here != null) {
                // Free networks are webmail and proxies: all accounts, many connections.
                if (ofAccount >= limits.perAccount() || here.authenticated >= limits.authenticatedPerAddress()) {
                    return false;
                }
                here.strangers--;
                here.authenticated++;
            }
            accounts.put(name, ofAccount + 1);
            return true;
        }

        /// The connection is over.
        public void giveBack() {
            lock.lock();
            try {
                if (given) {
                    return;
                }
                given = true;
                total--;
                if (account != null) {
                    accounts.computeIfPresent(account, (_, count) -> count > 1 ? count - 1 : null);
                }
                var here = origin == null ? null : addresses.get(origin);
                if (here != null) {
                    if (account == null) {
                        here.strangers--;
                    } else {
                        here.authenticated--;
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /// @param place null unless admitted
    public record Admission(Verdict verdict, @Nullable Place place) {}

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Origin, Account> addresses = new HashMap<>();
    private final Map<String, Integer> accounts = new HashMap<>();
    private final int mostAddresses;
    private volatile Limits limits;
    private int total;

    public Budget(Limits limits, InstantSource clock) {
        this(limits, clock, MOST_ADDRESSES);
    }

    Budget(Limits limits, InstantSource clock, int mostAddresses) {
        this.limits = limits;
        this.clock = clock;
        this.mostAddresses = mostAddresses;
    }

    /// From now on; nobody is thrown out.
    public void limits(Limits next) {
        limits = next;
    }

    /// @param known a listener for our own people (submission, IMAP): may use the last tenth
    public Admission admit(InetAddress address, boolean known) {
        lock.lock();
        try {
            var free = limits.trusted().contains(address);
            if (total >= (known || free ? limits.total() : limits.forStrangers())) {
                return new Admission(Verdict.TOO_MANY_IN_ALL, null);
            }
            if (free) {
                total++;
                return new Admission(Verdict.ADMITTED, new Place(null));
            }
            return admitStranger(Origin.of(address));
        } finally {
            lock.unlock();
        }
    }

    /// A connection of a proxy, whose client is not known yet: only the total counts. Give the place back
    /// when the client is known, and [#admit] that one.
    public Admission admitProxy(boolean known) {
        lock.lock();
        try {
            if (total >= (known ? limits.total() : limits.forStrangers())) {
                return new Admission(Verdict.TOO_MANY_IN_ALL, null);
            }
            total++;
            return new Admission(Verdict.ADMITTED, new Place(null));
        } finally {
            lock.unlock();
        }
    }

    private Admission admitStranger(Origin origin) {
        var now = clock.millis();
        var here = addresses.get(origin);
        if (here == null) {
            if (addresses.size() >= mostAddresses) {
                addresses.values().removeIf(Account::empty);
            }
            if (addresses.size() >= mostAddresses) {
                return new Admission(Verdict.TOO_MANY_IN_ALL, null);
            }
            here = new Account();
            here.minute = now;
            addresses.put(origin, here);
        }
        if (here.over(now)) {
            here.minute = now;
            here.inMinute = 0;
        }
        if (here.inMinute >= limits.newPerMinute()) {
            return new Admission(Verdict.TOO_FAST, null);
        }
        here.inMinute++;
        if (here.strangers >= limits.perAddress()) {
            return new Admission(Verdict.TOO_MANY_OF_ADDRESS, null);
        }
        here.strangers++;
        total++;
        return new Admission(Verdict.ADMITTED, new Place(origin));
    }

    /// Forgets addresses that have nothing here and whose minute is over.
    public void tidy() {
        var now = clock.millis();
        lock.lock();
        try {
            addresses.values().removeIf(account -> account.idle(now));
        } finally {
            lock.unlock();
        }
    }

    /// Connections now.
    public int total() {
        lock.lock();
        try {
            return total;
        } finally {
            lock.unlock();
        }
    }

    int addresses() {
        lock.lock();
        try {
            return addresses.size();
        } finally {
            lock.unlock();
        }
    }
}
