package org.mutatio.console.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({"127.0.0.1:8025, 8025", "127.0.0.2:0, 0", "[::1]:8025, 8025", "localhost:65535, 65535"})
    void aLoopbackAddressIsTaken(String written, int port) {
        assertEquals(port, ListenAddress.of(written).getPort());
        assertTrue(ListenAddress.of(written).getAddress().isLoopbackAddress());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0:8025",
                "[::]:8025",
                "192.0.2.1:8025",
                "mail.example.com:8025",
                "localhost.example.com:8025",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:65536",
                "127.0.0.1:99999999999",
                "127.0.0.1:-1",
                ":8025",
                "8025",
                ""
            })
    void anythingElseIsRefusedWithAnExample(String written) {
        String said = String.valueOf(assertThrows(IllegalArgumentException.class, () -> ListenAddress.of(written))
                .getMessage());
        assertTrue(said.contains("listen = \"" + written + "\""), said);
        assertTrue(said.endsWith("write it like \"127.0.0.1:8025\" or \"[::1]:8025\""), said);
    }
}
