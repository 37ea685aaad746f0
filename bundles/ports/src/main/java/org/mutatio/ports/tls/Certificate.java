package org.mutatio.ports.tls;

import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A certificate chain with its private key, which belong together.
///
/// @param id distinguishes one loading from the next; the alias that JSSE asks by
/// @param folder the name it was given by the administrator
/// @param chain the server's own first
public record Certificate(String id, String folder, List<X509Certificate> chain, PrivateKey key) {
    /// Days before the end at which somebody is told.
    private static final List<Long> STEPS = List.of(1L, 7L, 14L, 30L);

    /// The step of a certificate whose end is not near.
    static final long FAR = Long.MAX_VALUE;

    public Certificate {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a chain has at least the server's own certificate");
        }
    }

    X509Certificate own() {
        return chain.getFirst();
    }

    Instant expires() {
        return own().getNotAfter().toInstant();
    }

    /// Which of the steps 30, 14, 7 and 1 days before its end it has come to; behind it: the days since,
    /// negative. A step
    /// of a third of the whole life or more does not count: programs like certbot renew only there.
    long step(Instant now) {
        var end = expires();
        if (!now.isBefore(end)) {
            return -1 - ChronoUnit.DAYS.between(end, now);
        }
        var left = Duration.between(now, end);
        var third = Duration.between(own().getNotBefore().toInstant(), end).dividedBy(3);
        for (var step : STEPS) {
            var days = Duration.ofDays(step);
            if (left.compareTo(days) <= 0 && days.compareTo(third) < 0) {
                return step;
            }
        }
        return FAR;
    }

    /// What JSSE calls the type of key: `EC`, `RSA`, `EdDSA`.
    String keyType() {
        return own().getPublicKey().getAlgorithm();
    }

    /// The DNS names in it, wildcards included, in lower case; RFC 6125 section 6.4 (no common names).
    List<String> names() {
        var names = new ArrayList<String>();
        try {
            var alternatives = own().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (var alternative : alternatives) {
                    if (Integer.valueOf(2).equals(alternative.getFirst())) {
                        names.add(String.valueOf(alternative.getLast()).toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException _) {
            // no names, then: its folder's name is enough
        }
        return names;
    }

    @Override
    public String toString() {
        return "Certificate[" + folder + "]"; // never the key
    }
}
