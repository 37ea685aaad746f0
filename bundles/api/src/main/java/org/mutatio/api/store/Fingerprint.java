package org.mutatio.api.store;

import java.nio.ByteBuffer;

/// SHA-256 of envelope and received octets: tells a repeated message from a second one.
///
/// @param hex 64 digits
public record Fingerprint(String hex) {

    public static Fingerprint of(ByteBuffer sha256) {
        byte[] octets = new byte[sha256.remaining()];
        sha256.duplicate().get(octets);
        return new Fingerprint(java.util.HexFormat.of().formatHex(octets));
    }
}
