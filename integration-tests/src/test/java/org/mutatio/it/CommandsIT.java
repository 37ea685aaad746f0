package org.mutatio.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The command line's own list of commands, for help when no server runs, is that of the server.
class CommandsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SHIPPED =
            Distribution.ROOT.resolve("distribution/command/src/main/resources/org/mutatio/command/commands.json");
    private static final String CURE =
            "mvn -pl distribution -am package -DskipTests && mvn -pl integration-tests verify"
                    + " -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=CommandsIT -Dcommands.write=true";

    @Test
    void commandsJsonIsTheListOfTheRunningServer() throws Exception {
        JsonNode running;
        try (Server server = Server.home("commands").start()) {
            running = actions(server);
            if (Boolean.getBoolean("commands.write")) {
                StringJoiner lines = new StringJoiner(",\n", "[\n", "\n]\n");
                running.forEach(action -> lines.add(action.toString()));
                Files.writeString(SHIPPED, lines.toString(), StandardCharsets.UTF_8);
            }
            String help = server.mutatio("--help").ok().out();
            for (JsonNode action : running) {
                String word = action.get("name").asText().split(" ", 2)[0];
                assertTrue(help.contains("\n  " + word), word + " is missing in\n" + help);
            }
        }
        JsonNode shipped = JSON.readTree(Files.readString(SHIPPED, StandardCharsets.UTF_8));
        Map<String, String> here = byName(shipped);
        Map<String, String> there = byName(running);
        assertFalse(there.isEmpty());
        assertEquals(String.join("\n", there.values()), String.join("\n", here.values()), () -> {
            StringJoiner differences = new StringJoiner(", ");
            there.forEach((name, action) -> {
                if (!action.equals(here.get(name))) {
                    differences.add(name);
                }
            });
            here.keySet().stream().filter(name -> !there.containsKey(name)).forEach(differences::add);
            return SHIPPED + " is not what the server offers (" + differences + "); write it anew with: " + CURE + "\n";
        });
    }

    private static Map<String, String> byName(JsonNode actions) {
        Map<String, String> byName = new TreeMap<>();
        actions.forEach(action -> byName.put(action.get("name").asText(), action.toString()));
        return byName;
    }

    private static JsonNode actions(Server server) throws Exception {
        HttpURLConnection connection = server.ready().console("/actions");
        Path token = server.home().resolve("data/admin.token");
        connection.setRequestProperty(
                "Authorization", "Bearer " + Files.readString(token).strip());
        assertEquals(200, connection.getResponseCode());
        try (var in = connection.getInputStream()) {
            return JSON.readTree(in);
        }
    }
}
