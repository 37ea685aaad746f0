package org.mutatio.accounts.brake;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.mutatio.api.state.StateMap;

/// Counts failed log-ins by address (IPv6 by /64), by account, and by account from an address.
///
/// - A wrong answer comes late: 2, 4, 8, then 15 s, by the number of *different* wrong passwords: the same
///   one again and again (a phone with an old password) counts once, so it slows nobody else (case
///   ops-3a8).
/// - A wrong proof of SCRAM tells nothing of its password, so each counts; but of one account only
///   [#PROOFS_OF_ACCOUNT] against the address, for the same phone's sake. Guessing at that account is
///   braked by its own count from there.
/// - Beyond [#FREE] of them an address, or an account from there, has to wait before it is heard at all,
///   one attempt after the other; who would wait longer than [#PATIENCE] is told to come later. Beyond
///   [#FREE_OF_ACCOUNT] an account's log-ins from new places wait 15 s, too, for guessing from many
///   addresses.
/// - Who has logged in to that account from that address before (30 days) never waits to be heard: the
///   owner is not locked out. The first success from an address clears its count. Later ones do not: else
///   who has an account here would log in to it between guesses at the others.
///
/// All counts live in a map that outlives a swap of this bundle. Passwords are kept as the first 32 bits of
/// a keyed hash: enough to know one again, too little to find it.
public final class Brake {

    static final int FREE = 6;
    static final int FREE_OF_ACCOUNT = 30;
    static final int PROOFS_OF_ACCOUNT = 2;
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int REMEMBERED = 10;
    private static final Duration ADDRESS_MEMORY = Duration.ofMinutes(30);
    private static final Duration ACCOUNT_MEMORY = Duration.ofHours(1);
    private static final Duration GOOD_MEMORY = Duration.ofDays(30);
    private static final Duration GOOD_RENEWAL = Duration.ofDays(1);
    private static final Duration KEY_MEMORY = Duration.ofDays(3_650);

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
        int ofAddress = different(map, "address " + who.network());
        if (ofAddress >= FREE) {
            return queue(map, "turn " + who.network(), delay(ofAddress));
        }
        String tries = tries(map, who);
        int ofPair = different(map, "tries " + tries);
        if (ofPair >= FREE) {
            return queue(map, "turn " + tries, delay(ofPair));
        }
        int ofAccount = different(map, "account " + digest(who.account()));
        return Optional.of(ofAccount >= FREE_OF_ACCOUNT ? delay(ofAccount) : Duration.ZERO);
    }

    private static int different(StateMap map, String key) {
        return Count.of(map.get(key).orElse("")).different();
    }

    /// One after the other: each takes the next free moment.
    private Optional<Duration> queue(StateMap map, String key, Duration step) {
        long now = clock.millis();
        long latest = now + PATIENCE.toMillis();
        List<Long> mine = new ArrayList<>();
        map.update(
                key,
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
    /// @return how long to wait with the answer
    public Duration failed(Who who, String password) {
        String print = digest(who.account() + "\0" + password).substring(0, 8);
        return count(who, print, print);
    }

    /// A wrong proof: its password cannot be told from others.
    ///
    /// @param proof never the same twice
    /// @return how long to wait with the answer
    public Duration failedProof(Who who, byte[] proof) {
        StateMap map = states.get();
        String print = digest(HexFormat.of().formatHex(proof)).substring(0, 8);
        Count ofAddress = Count.of(map.get("address " + who.network()).orElse(""));
        String forAddress = "";
        for (int i = 1; i <= PROOFS_OF_ACCOUNT; i++) {
            forAddress = digest(who.account() + "\0proof\0" + i).substring(0, 8);
            if (!ofAddress.prints().contains(forAddress)) {
                break;
            }
        }
        return count(who, forAddress, print);
    }

    private Duration count(Who who, String forAddress, String print) {
        StateMap map = states.get();
        int ofAddress = add(map, "address " + who.network(), forAddress, ADDRESS_MEMORY);
        int ofPair = add(map, "tries " + tries(map, who), print, ADDRESS_MEMORY);
        int _ = add(map, "account " + digest(who.account()), print, ACCOUNT_MEMORY);
        return delay(Math.max(ofAddress, ofPair));
    }

    private static int add(StateMap map, String key, String print, Duration memory) {
        return Count.of(map.update(key, former -> Count.of(former).with(print).toString(), memory))
                .different();
    }

    /// The right password.
    public void succeeded(Who who) {
        StateMap map = states.get();
        String pair = pair(who);
        String tries = tries(map, who);
        map.remove("tries " + tries);
        map.remove("turn " + tries);
        Optional<String> since = map.get("good " + pair);
        if (since.isEmpty()) {
            map.remove("address " + who.network());
            map.remove("turn " + who.network());
        }
        Instant now = clock.instant();
        if (since.isEmpty() || Instant.parse(since.get()).plus(GOOD_RENEWAL).isBefore(now)) {
            map.put("good " + pair, now.toString(), GOOD_MEMORY);
        }
    }

    /// Whether that account logged in from there before.
    public boolean known(Who who) {
        return states.get().get("good " + pair(who)).isPresent();
    }

    /// An administrator's word: forgets what was counted against an address or /64.
    public void liftAddress(String network) {
        StateMap map = states.get();
        map.remove("address " + network);
        map.remove("turn " + network);
        map.put("lifted " + network, clock.instant().toString(), ACCOUNT_MEMORY);
    }

    /// The same for an account, from wherever it was tried.
    public void liftAccount(String account) {
        StateMap map = states.get();
        map.remove("account " + digest(account));
        map.put("lifted " + digest(account), clock.instant().toString(), ACCOUNT_MEMORY);
    }

    /// What was counted before either was lifted lies under another key and is never read again.
    private String tries(StateMap map, Who who) {
        String account = digest(who.account());
        return who.network() + " " + account
                + map.get("lifted " + who.network()).orElse("")
                + map.get("lifted " + account).orElse("");
    }

    private String pair(Who who) {
        return who.network() + " " + digest(who.account());
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
        StateMap map = states.get();
        // Read, and written once: the map keeps each writing until it expires, and makes room by dropping the counts.
        String key = map.get("key")
                .orElseGet(() -> map.update("key", former -> former.isEmpty() ? freshKey : former, KEY_MEMORY));
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

        static Count of(String text) {
            String[] words = text.split(" ", -1);
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
