package org.mutatio.store.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mutatio.api.store.MailboxState;
import org.mutatio.api.store.OpenMailbox;
import org.mutatio.api.store.StoredMessage;
import org.mutatio.store.journal.Hashes;
import org.mutatio.store.octets.MemoryOctets;

/// Which message of the mailbox stands for which of the import.
class PresentTest {

    private static <T> T fake(Class<T> type, java.util.function.BiFunction<String, Object[], Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, arguments) -> answers.apply(method.getName(), arguments)));
    }

    /// UIDs from 1 on.
    private static Present present(List<String> messages) {
        MailboxState state = fake(MailboxState.class, (name, arguments) -> switch (name) {
            case "size" -> messages.size();
            case "uid" -> (int) arguments[0] + 1L;
            case "octets" -> (long) messages.get((int) arguments[0]).length();
            default -> throw new IllegalStateException(name);
        });
        return new Present(
                fake(OpenMailbox.class, (name, arguments) -> switch (name) {
                    case "state" -> state;
                    case "message" ->
                        fake(
                                StoredMessage.class,
                                (_, _) -> MemoryOctets.of(messages.get((int) ((long) arguments[0] - 1))
                                        .getBytes(StandardCharsets.US_ASCII)));
                    default -> throw new IllegalStateException(name);
                }),
                new PortReport(_ -> {}));
    }

    private static String sha256(String message) {
        return HexFormat.of()
                .formatHex(Hashes.sha256(java.nio.ByteBuffer.wrap(message.getBytes(StandardCharsets.US_ASCII))));
    }

    @Test
    void eachMessageStandsForOneAndTheFirstComesFirst() {
        Present present = present(List.of("one", "two", "one", "three"));
        assertEquals(OptionalLong.of(2), present.take(3, sha256("two")));
        assertEquals(OptionalLong.of(1), present.take(3, sha256("one")));
        assertEquals(OptionalLong.of(3), present.take(3, sha256("one")));
        assertEquals(OptionalLong.empty(), present.take(3, sha256("one")));
        assertEquals(1, present.left());
        present.again();
        assertEquals(OptionalLong.of(1), present.take(3, sha256("one")));
        assertEquals(OptionalLong.empty(), present.take(9, sha256("one")));
        assertEquals(3, present.left());
    }

    /// Messages of equal size are looked at once each, not once for each that comes in: that took minutes.
    @Test
    @Timeout(60)
    void aMailboxOfEqualMessagesIsNoMatterOfMinutes() {
        int many = 300_000;
        Present present = present(java.util.Collections.nCopies(many, "equal"));
        String hash = sha256("equal");
        for (int i = 1; i <= many; i++) {
            assertEquals(OptionalLong.of(i), present.take(5, hash));
        }
        assertEquals(0, present.left());
    }
}
