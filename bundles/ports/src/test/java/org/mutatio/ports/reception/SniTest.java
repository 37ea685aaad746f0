package org.mutatio.ports.reception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Certificates by server name, changed while sessions are open. Pairs are made as the first start makes them.
class SniTest {
    @TempDir
    Path home;

    /// A pair of the house's own making, taken for another name's.
    private Path pair(String name) throws Exception {
        var elsewhere = Files.createTempDirectory(home, "made");
        try (var house = new TestHouse(elsewhere)) {
            var into = Files.createDirectories(home.resolve("config/tls").resolve(name));
            for (var file : new String[] {"privkey.pem", "fullchain.pem"}) {
                Files.copy(
                        elsewhere.resolve("data/tls/self-signed").resolve(file),
                        into.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            return house.house.certificates().isEmpty() ? elsewhere : into;
        }
    }

    @Test
    void eachNameItsOwnAndReloadedUnderOpenSessions() throws Exception {
        pair("a.example");
        pair("b.example");
        try (var house = new TestHouse(home)) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(TestHouse.settings("imaps", "implicit"));
            try (var open = new TestTls().over(TestHouse.connect(port), "a.example")) {
                assertEquals("hello imaps", TestHouse.line(open.getInputStream()));
                var a = TestTls.shown(open);
                try (var other = new TestTls().over(TestHouse.connect(port), "b.example")) {
                    assertNotEquals(a, TestTls.shown(other));
                }
                pair("a.example");
                var deadline = System.nanoTime() + 10_000_000_000L;
                var now = a;
                while (now.equals(a) && System.nanoTime() < deadline) {
                    try (var next = new TestTls().over(TestHouse.connect(port), "a.example")) {
                        now = TestTls.shown(next);
                    }
                }
                assertNotEquals(a, now);
                TestHouse.send(open, "still\r\n");
                assertEquals("still", TestHouse.line(open.getInputStream()));
            }
        }
    }
}
