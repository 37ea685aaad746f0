package org.mutatio.console.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;

class ActionLogTest {

    @Test
    void theLogHasNoSecretNoFileAndNothingUndeclared() {
        FakeAction action = FakeAction.of(
                "account add",
                List.of(
                        Argument.required("ADDRESS", "whose"),
                        Argument.required("FILE", "a jar"),
                        new Argument("--password", Argument.Kind.SECRET, "asked for"),
                        Argument.file("--picture", "of him")),
                _ -> ActionResult.of("", Json.object()));
        Map<String, String> given = new LinkedHashMap<>();
        given.put("ADDRESS", "ann@example.com\u001b[2J" + "x".repeat(300));
        given.put("FILE", "base64:UEsDBA==");
        given.put("FILE.path", "/tmp/a.jar");
        given.put("--password", "hunter2");
        given.put("--pasword", "hunter2");
        given.put("--picture", "GIF89a");
        given.put("--picture.path", "ann.gif");
        assertEquals(
                Map.of(
                        "ADDRESS",
                        "ann@example.com\\u001b[2J" + "x".repeat(200 - 19),
                        "FILE",
                        "base64",
                        "FILE.path",
                        "/tmp/a.jar",
                        "--picture.path",
                        "ann.gif"),
                ActionTable.loggable(action, given));
    }
}
