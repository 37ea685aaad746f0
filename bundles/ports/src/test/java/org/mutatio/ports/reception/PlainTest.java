package org.mutatio.ports.reception;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainTest {
    @TempDir
    Path home;

    @Test
    void aConnectionComesToTheHandlerAndBack() throws Exception {
        try (var house = new TestHouse(home)) {
            house.handlers.set(TestHouse::echo);
            var port = house.open(TestHouse.settings("test", "none"));
            try (var socket = TestHouse.connect(port)) {
                var in = TestHouse.reader(socket);
                assertEquals("hello test", in.readLine());
                TestHouse.send(socket, "one\r\ntwo\r\n");
                assertEquals("one", in.readLine());
                assertEquals("two", in.readLine());
                TestHouse.send(socket, "QUIT\r\n");
                assertEquals("bye", in.readLine());
                assertEquals(-1, in.read());
            }
        }
    }
}
