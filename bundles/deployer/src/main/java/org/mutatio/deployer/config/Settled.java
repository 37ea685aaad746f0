package org.mutatio.deployer.config;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether a file that is looked at again and again has changed, and is whole: the same in two looks.
///
/// Editors and `cp` empty a file before they write it, and the first half of mutatio.toml is most often good TOML: read
/// in between, it would close the listeners that stand in the other half.
public final class Settled {
    private byte @Nullable [] known;
    private byte @Nullable [] last;

    /// @param octets as of now
    /// @return what is new and was the same in the look before; each content once
    public Optional<byte[]> look(byte[] octets) {
        boolean same = Arrays.equals(octets, last);
        last = octets;
        if (!same || Arrays.equals(octets, known)) {
            return Optional.empty();
        }
        known = octets;
        return Optional.of(octets);
    }

    /// It was read already, whole.
    public void begin(byte[] octets) {
        known = octets;
        last = octets;
    }

    /// It is not there: what comes then is new, whatever it is.
    public void gone() {
        known = null;
        last = null;
    }
}
