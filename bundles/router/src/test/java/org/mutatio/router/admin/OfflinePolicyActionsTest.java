package org.mutatio.router.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.Json;
import org.mutatio.api.admin.OfflineCall;

/// `policy check` as the command line calls it when no server runs.
class OfflinePolicyActionsTest {

    @TempDir
    Path home;

    private Json check(Map<String, String> arguments) {
        return Json.read(OfflineCall.run(
                OfflinePolicyActionsTest.class.getClassLoader(), home, "policy check", arguments, _ -> {}));
    }

    private void domain(String folder, String name, String text) throws Exception {
        Path to = home.resolve(folder);
        Files.createDirectories(to);
        Files.writeString(to.resolve(name), text, StandardCharsets.UTF_8);
    }

    @Test
    void aRightFolderIsRight() throws Exception {
        domain("config/domains", "example.test.toml", "[limits]\nmessage-size = \"1 MB\"\n");
        Json answer = check(Map.of());
        assertEquals(new Json.Num(0), answer.get("exit").orElseThrow());
        assertTrue(answer.text("text").orElseThrow().startsWith("the policies are right"), answer.write());
    }

    @Test
    void eachProblemIsToldWithItsPlace() throws Exception {
        domain("config/domains", "example.test.toml", "[limits]\nmessage-sice = \"1 MB\"\n");
        domain("config/domains", "example.org.toml", "[limits]\nmessage-size = \"much\"\n");
        Json answer = check(Map.of());
        assertEquals(new Json.Num(78), answer.get("exit").orElseThrow());
        String text = answer.text("text").orElseThrow();
        assertTrue(text.contains("config/domains/example.test.toml:2"), text);
        assertTrue(text.contains("config/domains/example.org.toml:2"), text);
    }

    @Test
    void anotherFolderIsCheckedInPlaceOfTheHomes() throws Exception {
        domain("config/domains", "example.test.toml", "");
        domain("draft", "example.test.toml", "[limits]\nmessage-sice = \"1 MB\"\n");
        Json answer = check(Map.of("FOLDER", home.resolve("draft").toString()));
        assertEquals(new Json.Num(78), answer.get("exit").orElseThrow());
        assertTrue(answer.text("text").orElseThrow().contains(home.resolve("draft/example.test.toml:2") + ""));
    }

    @Test
    void aFolderThatIsNotThereIsNoInput() {
        ActionCall call =
                new ActionCall("offline", Map.of("FOLDER", home.resolve("none").toString()), _ -> {});
        ActionException none = assertThrows(
                ActionException.class,
                () -> new OfflinePolicyActions().of(home).getFirst().run(call));
        assertEquals(66, none.exitCode());
    }

    @Test
    void whatNobodyOffersIsUnavailable() {
        Json answer = Json.read(OfflineCall.run(
                OfflinePolicyActionsTest.class.getClassLoader(), home, "policy dance", Map.of(), _ -> {}));
        assertEquals(new Json.Num(69), answer.get("exit").orElseThrow());
    }
}
