package org.mutatio.accounts.sasl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Remembers for a while which passwords were right, as a keyed hash of password and stored credential:
/// mail programs log in again and again, and a hash costs 60 ms. A changed credential is another entry, so
/// nothing has to be forgotten.
final class PositiveCache {

    private static final int MOST = 10_000;

    private final byte[] key;
    private final Duration expiry;
    private final InstantSource clock;
    private final Map<String, Instant> entries = new LinkedHashMap<>();

    PositiveCache(byte[] key, Duration expiry, InstantSource clock) {
        this.key = key.clone();
        this.expiry = expiry;
        this.clock = clock;
    }

    private String key(String credential, String password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(credential.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return HexFormat.of().formatHex(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    synchronized boolean right(String credential, String password) {
        String entry = key(credential, password);
        Instant until = entries.get(entry);
        if (until == null || until.isAfter(clock.instant())) {
            return until != null;
        }
        entries.remove(entry);
        return false;
    }

    synchronized void remember(String credential, String password) {
        entries.put(key(credential, password), clock.instant().plus(expiry));
        if (entries.size() > MOST) {
            entries.remove(entries.keySet().iterator().next());
        }
    }
}
