package org.mutatio.ports.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            192.0.2.0/24     | 192.0.2.255        | true
            192.0.2.0/24     | 192.0.3.0          | false
            192.0.2.128/25   | 192.0.2.127        | false
            192.0.2.128/25   | 192.0.2.200        | true
            192.0.2.7        | 192.0.2.7          | true
            192.0.2.7        | 192.0.2.8          | false
            0.0.0.0/0        | 203.0.113.9        | true
            0.0.0.0/0        | 2001:db8::1        | false
            2001:db8::/33    | 2001:db8:7fff::1   | true
            2001:db8::/33    | 2001:db8:8000::1   | false
            ::1              | ::1                | true
            127.0.0.0/8      | ::ffff:127.0.0.1   | true
            """)
    void contains(String network, String address, boolean expected) {
        assertEquals(expected, Networks.of(List.of(network)).contains(InetAddress.ofLiteral(address)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "192.0.2.0/33",
                "192.0.2.0/-1",
                "192.0.2.0/x",
                "2001:db8::/129",
                "/24",
                // The JDK reads these as 0.0.0.10, 192.0.0.168, 127.0.0.1 and 10.0.0.1: another network is trusted.
                "10/8",
                "192.168/16",
                "127.1",
                "167772161",
                "10.0.0.0.0/8"
            })
    void whatIsNoNetworkIsNamed(String text) {
        var e = assertThrows(IllegalArgumentException.class, () -> Networks.of(List.of(text)));
        var message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("\"" + text + "\" is no network"), message);
    }
}
