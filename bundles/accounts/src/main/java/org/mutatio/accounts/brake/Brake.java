package org.mutatio.accounts.brake;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.mutatio.api.state.StateMap;

/// Counts failed log-ins by address (IPv6 by /64) and by account.
///
/// - A wrong answer comes late: 2, 4, 8, then 15 s, by the number of *different* wrong passwords: the same one again
/// and
///   again (a phone with an old password) counts once, so it slows nobody else (case ops-3a8).
/// - Beyond [#FREE] of them an address has to wait before it is heard at all, one attempt after the other; who would
/// wait
///   longer than [#PATIENCE] is told to come later. Beyond [#FREE_OF_ACCOUNT] an account's log-ins from new places wait
///   15 s, too, for guessing from many addresses.
/// - Who has logged in to that account from that address before (30 days) never waits to be heard, and a success clears
///   the address's count: the owner is not locked out.
///
/// All counts live in a map that outlives a swap of this bundle. Passwords are kept as the first 32 bits of a keyed
/// hash:
/// enough to know one again, too little to find it.
public final class Brake {

    static final int FREE = 6;
    static final int FREE_OF_ACCOUNT = 30;
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int REMEMBERED = 10;
    private static final Duration ADDRESS_MEMORY = Duration.ofMinutes(30);
    private static final Duration ACCOUNT_MEMORY = Duration.ofHours(1);
    private static final Duration GOOD_MEMORY = Duration.ofDays(30);

    private final Supplier<StateMap> states;
    private final String freshKey;
    private final InstantSource clock;

    /// @param states asked anew each time: it may come and go
    /// @param key secret and random; the first one that comes to the map serves all versions of this bundle
    public Brake(Supplier<StateMap> states, byte[] key, InstantSource clock) {
        this.states = states;
        this.freshKey = HexFormat.of().formatHex(key);
        this.clock = clock;
    }

    /// Whom a log-in concerns.
    ///
    /// @param network address or /64
    /// @param account folded name as given, whether it exists or not
    public record Who(String network, String account) {

        public static Who of(InetAddress client, String account) {
            return new Who(Brake.network(client), account);
        }
    }

    public static String network(InetAddress client) {
        byte[] octets = client.getAddress();
        return client instanceof Inet6Address
                ? HexFormat.of().formatHex(octets, 0, 8) + "/64"
                : client.getHostAddress();
    }

    /// How long to wait before the password is looked at.
    ///
    /// @return empty: not at all now, "try later"
    public Optional<Duration> before(Who who) {
        if (known(who)) {
            return Optional.of(Duration.ZERO);
        }
        StateMap map = states.get();
        int failures = Count.of(map.get("address " + who.network())).different();
        if (failures >= FREE) {
            return queue(map, who, delay(failures));
        }
        int ofAccount = Count.of(map.get("account " + digest(who.account()))).different();
        return Optional.of(ofAccount >= FREE_OF_ACCOUNT ? delay(ofAccount) : Duration.ZERO);
    }

    /// One after the other: each takes the next free moment.
    private Optional<Duration> queue(StateMap map, Who who, Duration step) {
        long now = clock.millis();
        long latest = now + PATIENCE.toMillis();
        List<Long> mine = new ArrayList<>();
        map.update(
                "turn " + who.network(),
                former -> {
                    mine.clear();
                    long free = former.isEmpty() ? now : Math.max(now, Long.parseLong(former));
                    long turn = free + step.toMillis();
                    if (turn > latest) {
                        return former;
                    }
                    mine.add(turn - now);
                    return String.valueOf(turn);
                },
                ADDRESS_MEMORY);
        return mine.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(mine.getFirst()));
    }

    /// A wrong password.
    ///
    /// @param secret what tells one wrong password from another
    /// @return how long to wait with the answer
    public Duration failed(Who who, byte[] secret) {
        StateMap map = states.get();
        String print =
                digest(who.account() + "\0" + HexFormat.of().formatHex(secret)).substring(0, 8);
        String mine = map.update(
                "address " + who.network(),
                former -> Count.of(Optional.of(former)).with(print).toString(),
                ADDRESS_MEMORY);
        map.update(
                "account " + digest(who.account()),
                former -> Count.of(Optional.of(former)).with(print).toString(),
                ACCOUNT_MEMORY);
        return delay(Count.of(Optional.of(mine)).different());
    }

    /// The right password.
    public void succeeded(Who who) {
        StateMap map = states.get();
        map.remove("address " + who.network());
        map.remove("turn " + who.network());
        String pair = pair(who);
        if (map.get(pair).isEmpty()) {
            map.put(pair, clock.instant().toString(), GOOD_MEMORY);
        }
    }

    /// Whether that account logged in from there before.
    public boolean known(Who who) {
        return states.get().get(pair(who)).isPresent();
    }

    /// An administrator's word: forgets what was counted for an address or account.
    public void lift(String network, String account) {
        StateMap map = states.get();
        map.remove("address " + network);
        map.remove("turn " + network);
        map.remove("account " + digest(account));
    }

    private String pair(Who who) {
        return "good " + who.network() + " " + digest(who.account());
    }

    static Duration delay(int failures) {
        return switch (failures) {
            case 0 -> Duration.ZERO;
            case 1 -> Duration.ofSeconds(2);
            case 2 -> Duration.ofSeconds(4);
            case 3 -> Duration.ofSeconds(8);
            default -> Duration.ofSeconds(15);
        };
    }

    private String digest(String text) {
        String key = states.get().update("key", former -> former.isEmpty() ? freshKey : former, GOOD_MEMORY);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)), 0, 12);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    /// Different wrong passwords, and the last ten of them: `3 1a2b3c4d 5e6f7a8b ...`.
    private record Count(int different, List<String> prints) {

        static Count of(Optional<String> text) {
            String[] words = text.orElse("").split(" ", -1);
            if (words[0].isEmpty()) {
                return new Count(0, List.of());
            }
            return new Count(Integer.parseInt(words[0]), List.of(words).subList(1, words.length));
        }

        Count with(String print) {
            if (prints.contains(print)) {
                return this;
            }
            List<String> more = new ArrayList<>(prints);
            more.add(print);
            int drop = Math.max(0, more.size() - REMEMBERED);
            return new Count(Math.min(different + 1, 1_000_000), more.subList(drop, more.size()));
        }

        @Override
        public String toString() {
            return prints.isEmpty() ? String.valueOf(different) : different + " " + String.join(" ", prints);
        }
    }
}
