package org.mutatio.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.pipeline.transaction.Rehearsal;

/// What the command line asks becomes an attempt.
final class PolicyTryActionTest {

    private final List<Rehearsal.Attempt> attempts = new ArrayList<>();
    private final PolicyTryAction action = new PolicyTryAction(attempt -> {
        attempts.add(attempt);
        return new Rehearsal.Result(List.of(), List.of(), List.of());
    });

    private ActionResult run(String... arguments) throws ActionException {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            given.put(arguments[i], arguments[i + 1]);
        }
        return action.run(new ActionCall("test", given, _ -> {}));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "From: Bo <bo@example.net>                                        | <bo@example.net>",
                "Return-Path: <cy@example.net>\\nFrom: Bo <bo@example.net>        | <cy@example.net>",
                "Return-Path: <>\\nFrom: Bo <bo@example.net>                      | <>",
                "Subject: from nobody                                             | <>",
            })
    void theSenderIsTakenFromTheMessageWhenNoneIsNamed(String header, String sender) throws Exception {
        assertEquals(
                0,
                run("--to", "ann@example.com", "--message", header.replace("\\n", "\n") + "\n\nHi\n")
                        .exitCode());
        assertEquals(sender, attempts.getFirst().sender().toString());
    }

    @Test
    void theNamedSenderComesFirstAndLineEndsBecomeThoseOfMail() throws Exception {
        run("--to", "ann@example.com, bo@example.com", "--from", "<>", "--message", "From: bo@example.net\n\nHi\n");
        Rehearsal.Attempt attempt = attempts.getFirst();
        assertEquals("<>", attempt.sender().toString());
        assertEquals(2, attempt.recipients().size());
        assertEquals(
                "From: bo@example.net\r\n\r\nHi\r\n".length(), attempt.message().remaining());
        assertEquals(Optional.empty(), attempt.login());
        assertTrue(attempt.client().getAddress().isLoopbackAddress());
    }

    @ParameterizedTest
    @CsvSource({
        "--to, not an address",
        "--to, ','",
        "--client, mx.example.net",
        "--from, @@",
        "--login, nobody",
        "--message, base64:?",
    })
    void aWrongArgumentIsRefused(String name, String value) {
        Map<String, String> all = new HashMap<>(Map.of("--to", "ann@example.com", "--message", "\n"));
        all.put(name, value);
        ActionException e = assertThrows(ActionException.class, () -> action.run(new ActionCall("test", all, _ -> {})));
        assertTrue(e.exitCode() == 64 || e.exitCode() == 68, () -> e.exitCode() + " " + e.getMessage());
        assertEquals(List.of(), attempts);
    }

    @Test
    void anAddressThatNobodyLogsInWithIsNotFound() {
        PolicyTryAction unknown = new PolicyTryAction(attempt -> {
            throw new IllegalArgumentException(
                    "there is no account " + attempt.login().orElseThrow());
        });
        ActionException e = assertThrows(
                ActionException.class,
                () -> unknown.run(new ActionCall(
                        "test",
                        Map.of("--to", "ann@example.com", "--message", "\n", "--login", "x@example.com"),
                        _ -> {})));
        assertEquals("there is no account x@example.com", e.getMessage());
        assertEquals(67, e.exitCode());
    }
}
