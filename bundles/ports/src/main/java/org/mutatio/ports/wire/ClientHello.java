package org.mutatio.ports.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a client says first (RFC 8446 section 4.1.2), read only for the server's name in it (RFC 6066
/// section 3).
///
/// JSSE asks for the certificate that a ticket was made with before it has read that name (JDK 25:
/// `pre_shared_key` is consumed before `server_name`), takes the ticket for another's where the answer
/// does not fit, and so resumes no session of any name but the first. So the name is looked up here and
/// goes with the engine.
final class ClientHello {
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int HEADER = 5;
    private static final int LARGEST = 1 << 14;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;

    private ClientHello() {}

    /// How many octets the first record has; 0: that cannot be said yet; -1: it is none of a handshake.
    static int length(ByteBuffer octets) {
        var at = octets.position();
        if (octets.remaining() < HEADER) {
            return octets.hasRemaining() && octets.get(at) != HANDSHAKE ? -1 : 0;
        }
        var length = Short.toUnsignedInt(octets.getShort(at + 3));
        return octets.get(at) != HANDSHAKE || length == 0 || length > LARGEST ? -1 : HEADER + length;
    }

    /// The name in a whole first record. A hello in several records, or one that is none, has none
    /// here: what is wrong with it is for JSSE to say.
    static Optional<String> serverName(ByteBuffer octets) {
        try {
            var record = octets.slice(octets.position() + HEADER, length(octets) - HEADER);
            if (record.get() != CLIENT_HELLO) {
                return Optional.empty();
            }
            var hello = part(record, (Byte.toUnsignedInt(record.get()) << 16) | number(record));
            skip(hello, 2 + 32); // version, random
            skip(hello, Byte.toUnsignedInt(hello.get())); // session id
            skip(hello, number(hello)); // suites
            skip(hello, Byte.toUnsignedInt(hello.get())); // compression
            var extensions = part(hello, number(hello));
            while (extensions.hasRemaining()) {
                var type = number(extensions);
                var content = part(extensions, number(extensions));
                if (type == SERVER_NAME) {
                    return hostName(part(content, number(content)));
                }
            }
            return Optional.empty();
        } catch (BufferUnderflowException | IndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> hostName(ByteBuffer names) {
        while (names.hasRemaining()) {
            var type = Byte.toUnsignedInt(names.get());
            var name = part(names, number(names));
            if (type == HOST_NAME) {
                return Optional.of(StandardCharsets.US_ASCII.decode(name).toString())
                        .filter(ClientHello::plausible);
            }
        }
        return Optional.empty();
    }

    private static boolean plausible(String name) {
        return !name.isEmpty()
                && name.length() <= 253
                && name.chars()
                        .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '-' || c == '_'));
    }

    private static int number(ByteBuffer octets) {
        return Short.toUnsignedInt(octets.getShort());
    }

    private static void skip(ByteBuffer octets, int count) {
        part(octets, count);
    }

    private static ByteBuffer part(ByteBuffer octets, int count) {
        var part = octets.slice(octets.position(), count);
        octets.position(octets.position() + count);
        return part;
    }
}
