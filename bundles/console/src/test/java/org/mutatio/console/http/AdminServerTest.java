package org.mutatio.console.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;

class AdminServerTest {
    @TempDir
    Path folder;

    private Served served;

    @BeforeEach
    void serve() throws IOException {
        served = new Served(folder);
    }

    @AfterEach
    void close() {
        served.close();
    }

    private static ActionResult text(String text) {
        return ActionResult.of(text, Json.object());
    }

    // ---- who may

    @Test
    void liveAndReadyAreForAnybody() throws Exception {
        assertEquals("live\n", served.send(served.request("/live")).body());
        assertEquals("ready\n", served.send(served.request("/ready")).body());
        served.missing.add("org.mutatio.store");
        HttpResponse<String> response = served.send(served.request("/ready"));
        assertEquals(503, response.statusCode());
        assertEquals("not ready: org.mutatio.store\n", response.body());
        assertEquals(503, served.send(served.request("/ready").HEAD()).statusCode());
    }

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic TOKEN", "Bearer TOKEN0", "Bearer TOKE", "TOKEN"})
    void withoutTheTokenNothingIsDoneNorSaid(String header) throws Exception {
        List<String> done = new ArrayList<>();
        served.actions.add(FakeAction.of("act", _ -> {
            done.add("done");
            return text("");
        }));
        String value = header.replace("TOKEN", served.token).replace("TOKE", served.token.substring(1));
        for (String path : List.of("/actions", "/actions/act", "/actions/none", "/", "/elsewhere")) {
            var request = served.request(path).POST(BodyPublishers.ofString("{}"));
            HttpResponse<String> response =
                    served.send(value.isEmpty() ? request : request.header("Authorization", value));
            assertEquals(401, response.statusCode(), path); // one answer to all, so that nobody learns what there is
            assertEquals(
                    "Bearer", response.headers().firstValue("WWW-Authenticate").orElse(""));
        }
        assertEquals(List.of(), done);
    }

    @Test
    void theSchemesCaseDoesNotMatter() throws Exception { // RFC 9110 section 11.1
        assertEquals(
                200,
                served.send(served.request("/actions").header("Authorization", "bearer " + served.token))
                        .statusCode());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "localhost, 200",
        "LOCALHOST:8025, 200",
        "127.0.0.1, 200",
        "127.0.0.1:8025, 200",
        "[::1]:8025, 200",
        "[::1], 200",
        "evil.example, 421",
        "evil.example:8025, 421",
        "localhost.evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "127.0.0.1:80:evil.example, 421",
        "[evil.example], 421"
    })
    void onlyNamesThatCannotBeMadeToLeadHereAreAnswered(String host, int status) throws Exception {
        assertEquals(
                "HTTP/1.1 " + status,
                served.status("GET /live HTTP/1.1\nHost: " + host + "\n").substring(0, 12));
        assertEquals(
                "HTTP/1.1 " + status,
                served.status("GET /actions HTTP/1.1\nHost: " + host + "\nAuthorization: Bearer " + served.token + "\n")
                        .substring(0, 12));
    }

    @Test
    void aRequestNamesOneHost() throws Exception { // RFC 9112 section 3.2
        assertTrue(served.status("GET /live HTTP/1.1\n").startsWith("HTTP/1.1 400"));
        assertTrue(served.status("GET /live HTTP/1.1\nHost: localhost\nHost: evil.example\n")
                .startsWith("HTTP/1.1 400"));
        assertTrue(served.status("GET /live HTTP/1.0\n").startsWith("HTTP/1.1 200"));
    }

    @Test
    void aBrowserThatAsksBeforehandIsGivenNothing() throws Exception {
        HttpResponse<String> response = served.send(served.request("/actions/deploy")
                .header("Origin", "https://evil.example")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization")
                .method("OPTIONS", BodyPublishers.noBody()));
        assertEquals(401, response.statusCode());
        assertTrue(response.headers().map().keySet().stream().noneMatch(name -> name.startsWith("access-control")));
    }

    // ---- what is asked

    @Test
    void theActionsAreListedByName() throws Exception {
        served.actions.add(FakeAction.of("queue list", _ -> text("")));
        served.actions.add(FakeAction.of("account add", List.of(Argument.required("ADDRESS", "whose")), _ -> text("")));
        HttpResponse<String> response = served.send(served.authorized("/actions"));
        List<Json> list = Json.read(response.body()).items();
        assertEquals(
                List.of("account add", "queue list"),
                list.stream().map(one -> one.text("name").orElse("")).toList());
        Json argument = list.getFirst().get("arguments").orElseThrow().items().getFirst();
        assertEquals("REQUIRED", argument.text("kind").orElse(""));
        assertEquals(
                "application/json",
                response.headers().firstValue("Content-Type").orElse(""));
        assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
    }

    @Test
    void oneThatCannotSayItsNameHidesNoOther() throws Exception {
        FakeAction well = FakeAction.of("well", _ -> text("done\n"));
        served.actions.add(new Broken(well));
        served.actions.add(well);
        assertEquals(
                1,
                Json.read(served.send(served.authorized("/actions")).body())
                        .items()
                        .size());
        assertEquals("done\n", served.last("well", "{}").text("text").orElse(""));
    }

    /// Of a bundle whose classes do not fit any more.
    private record Broken(FakeAction action) implements org.mutatio.api.admin.Action {
        @Override
        public String name() {
            throw new NoClassDefFoundError("org/example/Gone");
        }

        @Override
        public String summary() {
            return action.summary();
        }

        @Override
        public List<Argument> arguments() {
            return action.arguments();
        }

        @Override
        public String example() {
            return action.example();
        }

        @Override
        public ActionResult run(org.mutatio.api.admin.ActionCall call) throws ActionException {
            return action.run(call);
        }
    }

    @Test
    void anActionIsCalledByItsWords() throws Exception {
        served.actions.add(FakeAction.of(
                "queue list",
                List.of(Argument.option("--lane", "which"), Argument.flag("--all", "all"), Argument.optional("N", "n")),
                call -> text(
                        call.get("--lane").orElse("") + call.flag("--all") + call.get("N") + call.caller() + "\n")));
        String body = "{\"--lane\": \"smtp:ü\", \"--all\": true, \"N\": 7}";
        Json expected = Json.object()
                .with("exit", 0)
                .with("text", "smtp:ütrueOptional[7]token\n")
                .with("json", Json.object());
        assertEquals(expected, served.last("queue list", body));
        for (String path : List.of("/actions/queue%20list", "/actions/queue+list", "/actions/queue/list")) {
            HttpResponse<String> response = served.send(served.authorized(path).POST(BodyPublishers.ofString(body)));
            assertEquals(expected, Json.read(response.body().strip()), path);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            no json                    | no JSON: no value at offset 0
            []                         | the body is no JSON object
            {"A": [1]}                 | A is no text
            {"A": "1", "A": "2"}       | no JSON: "A" twice at offset 19
            {"A": "1"} x               | no JSON: something behind the value at offset 11
            """)
    void aBodyThatIsNoObjectOfTextsIsRefused(String body, String reason) throws Exception {
        served.actions.add(FakeAction.of("act", _ -> text("done")));
        HttpResponse<String> response = served.send(served.post("act", body));
        assertEquals(400, response.statusCode());
        assertEquals(reason + "\n", response.body());
    }

    @Test
    void anArgumentThatIsMissingOrUnknownIsAUsageErrorWithTheExample() throws Exception {
        served.actions.add(FakeAction.of("act", List.of(Argument.required("NAME", "whose")), _ -> text("done")));
        Json missing = served.last("act", "{\"NAME\": \" \"}");
        assertEquals(64, exit(missing));
        assertEquals(
                "NAME is missing; example: mutatio act\n", missing.text("text").orElse(""));
        Json unknown = served.last("act", "{\"NAME\": \"a\", \"--nmae\": \"b\"}");
        assertEquals(64, exit(unknown));
        assertEquals(
                "act knows no --nmae; example: mutatio act",
                unknown.get("json").orElseThrow().text("error").orElse(""));
    }

    private static int exit(Json line) {
        return line.get("exit").orElseThrow() instanceof Json.Num number ? (int) number.value() : -1;
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            GET    | /actions/act | 405 | POST
            PUT    | /actions/act | 405 | POST
            DELETE | /actions     | 405 | GET, HEAD
            POST   | /live        | 405 | GET, HEAD
            POST   | /ready       | 405 | GET, HEAD
            GET    | /            | 404 | ''
            GET    | /actionsx    | 404 | ''
            POST   | /actions/    | 404 | ''
            POST   | /actions/no  | 404 | ''
            """)
    void whatThereIsNotIsSaid(String method, String path, int status, String allow) throws Exception {
        served.actions.add(FakeAction.of("act", _ -> text("done")));
        HttpResponse<String> response = served.send(served.authorized(path).method(method, BodyPublishers.noBody()));
        assertEquals(status, response.statusCode());
        assertEquals(allow, response.headers().firstValue("Allow").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET * HTTP/1.1", "GET mailto:a@b HTTP/1.1", "GET %zz HTTP/1.1", "x"})
    void aTargetThatIsNoPathHarmsNothing(String line) throws Exception {
        String said = served.status(line + "\nHost: localhost\n");
        assertFalse(said.startsWith("HTTP/1.1 2"), said);
        assertEquals("live\n", served.send(served.request("/live")).body());
    }

    // ---- what comes back

    @Test
    void progressComesWhileItWorks() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        served.actions.add(FakeAction.of("act", call -> {
            call.progress().accept("half");
            await(read);
            return text("done\n");
        }));
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(served.open(served.post("act", "")).body(), StandardCharsets.UTF_8))) {
            assertEquals("{\"progress\":\"half\"}", in.readLine());
            read.countDown();
            assertEquals("{\"exit\":0,\"text\":\"done\\n\",\"json\":{}}", in.readLine());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void textsOfStrangersDoNotReachTheTerminalAndJsonStaysExact() throws Exception {
        String evil = "<\u001b]0;owned\u0007\u009b2J\u202e@a>";
        served.actions.add(FakeAction.of("explain", call -> {
            call.progress().accept("found " + evil);
            return ActionResult.of(evil + "\n", Json.object().with("message-id", evil));
        }));
        served.actions.add(FakeAction.of("fail", _ -> {
            throw ActionException.notFound("no mail " + evil);
        }));
        served.actions.add(FakeAction.of("throw", _ -> {
            throw new IllegalStateException(evil);
        }));
        String shown = "<\\u001b]0;owned\\u0007\\u009b2J\\u202e@a>";
        List<Json> lines = served.call("explain", "{}");
        assertEquals("found " + shown, lines.getFirst().text("progress").orElse(""));
        assertEquals(shown + "\n", lines.getLast().text("text").orElse(""));
        assertEquals(
                evil,
                lines.getLast().get("json").orElseThrow().text("message-id").orElse(""));
        assertEquals(
                "no mail " + shown + "\n",
                served.last("fail", "{}").text("text").orElse(""));
        String body = served.send(served.post("explain", "{}")).body()
                + served.send(served.post("fail", "{}")).body()
                + served.send(served.post("throw", "{}")).body()
                + served.send(served.authorized("/actions/%1b%5B2J%C2%9B").POST(BodyPublishers.noBody()))
                        .body()
                + served.send(served.post("explain", "{\"A\u001b\": 1}")).body()
                + served.send(served.post("explain", "{\"\\u001b\": [1]}")).body();
        assertEquals(
                List.of(),
                body.chars()
                        .filter(c -> c != '\n' && Character.isISOControl(c))
                        .boxed()
                        .toList());
        assertFalse(body.contains("\u202e"), body);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({"64, 64", "65, 65", "67, 67", "75, 75", "78, 78", "1, 1", "0, 70", "256, 70", "-1, 70"})
    void anActionsRefusalKeepsItsExitCode(int thrown, int expected) throws Exception {
        served.actions.add(FakeAction.of("act", _ -> {
            throw new ActionException(thrown, "not so");
        }));
        assertEquals(
                Json.object()
                        .with("exit", expected)
                        .with("text", "not so\n")
                        .with("json", Json.object().with("error", "not so")),
                served.last("act", "{}"));
    }

    @Test
    void aResultsExitCodeIsKeptAndNeverTakenForZero() throws Exception {
        served.actions.add(FakeAction.of("one", _ -> new ActionResult("", Json.object(), 1)));
        served.actions.add(FakeAction.of("many", _ -> new ActionResult("", Json.object(), 512)));
        assertEquals(1, exit(served.last("one", "{}")));
        assertEquals(70, exit(served.last("many", "{}")));
    }

    @Test
    void aFaultOfOursIs70WithoutItsStack() throws Exception {
        served.actions.add(FakeAction.of("throws", _ -> {
            throw new IllegalStateException("broken\n\tat org.mutatio.Secret.place(Secret.java:7)");
        }));
        served.actions.add(FakeAction.of("links", _ -> {
            throw new NoSuchMethodError("gone");
        }));
        served.actions.add(FakeAction.of("null", _ -> nothing()));
        served.actions.add(FakeAction.of("deep", _ -> {
            Json deep = Json.object();
            for (int i = 0; i < 200_000; i++) {
                deep = Json.array(List.of(deep));
            }
            return ActionResult.of("", deep);
        }));
        served.actions.add(FakeAction.of("holes", _ -> ActionResult.of("", new Json.Str(nothing()))));
        for (String name : List.of("throws", "links", "null", "deep", "holes")) {
            Json line = served.last(name, "{}");
            assertEquals(70, exit(line), name);
            String text = line.text("text").orElse("");
            assertTrue(text.endsWith("(a fault of the server; see its log)\n"), text);
            assertEquals(1, text.lines().count(), text);
            assertFalse(text.contains("Secret"), text);
        }
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what a bundle that knows no NullAway answers
    private static <T> T nothing() {
        return null;
    }

    // ---- limits

    @Test
    void aBodyAboveTheLimitIsRefusedAndTheNextIsServed() throws Exception {
        served.actions.add(FakeAction.of(
                "act",
                List.of(Argument.option("--x", "x")),
                call -> text(call.get("--x").orElse("").length() + "\n")));
        String large = "{\"--x\": \"" + "x".repeat(20 << 20) + "\"}";
        assertEquals((20 << 20) + "\n", served.last("act", large).text("text").orElse(""));
        String tooLarge = "{\"--x\": \"" + "x".repeat(24 << 20) + "\"}";
        try {
            assertEquals(413, served.send(served.post("act", tooLarge)).statusCode());
        } catch (IOException e) {
            // The server has hung up while we were still sending, as it may.
            assertTrue(
                    String.valueOf(e.getMessage()).matches(".*(reset|closed|[Bb]roken|EOF|no bytes).*"), e.toString());
        }
        assertEquals("0\n", served.last("act", "{}").text("text").orElse(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /li",
                "GET /live HTTP/1.1\r\nHost: local",
                "POST /actions/act HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 9\r\n\r\n{",
                "POST /actions/act HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer TOKEN\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"A"
            })
    void aRequestThatDoesNotEndIsHungUpOn(String half) throws Exception {
        served.actions.add(FakeAction.of("act", _ -> text("done")));
        assertEquals("", served.raw(half.replace("TOKEN", served.token)));
    }

    @Test
    void theJdksServerIsGivenItsLimitsAndKeepsThoseSetByHand() {
        assertEquals("200", System.getProperty("jdk.httpserver.maxConnections"));
        assertEquals("16384", System.getProperty("sun.net.httpserver.maxReqHeaderSize"));
        assertEquals("2", System.getProperty("sun.net.httpserver.maxReqTime")); // set by Served
    }

    @Test
    void headersWithoutEndAreRefused() throws Exception {
        String many = "GET /live HTTP/1.1\r\nHost: localhost\r\n" + "X: y\r\n".repeat(100);
        assertFalse(served.raw(many).startsWith("HTTP/1.1 2"));
        String wide = "GET /live HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(20_000) + "\r\n\r\n";
        assertFalse(served.raw(wide).startsWith("HTTP/1.1 2"));
        assertEquals("live\n", served.send(served.request("/live")).body());
    }

    @Test
    void sixteenCallsAreUnderWayAtMost() throws Exception {
        CountDownLatch begun = new CountDownLatch(16);
        CountDownLatch end = new CountDownLatch(1);
        served.actions.add(FakeAction.of("act", _ -> {
            begun.countDown();
            await(end);
            return text("done\n");
        }));
        List<HttpResponse<java.io.InputStream>> open = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            open.add(served.open(served.post("act", "{}")));
        }
        await(begun);
        assertEquals(503, served.send(served.post("act", "{}")).statusCode());
        assertEquals("live\n", served.send(served.request("/live")).body());
        end.countDown();
        for (var one : open) {
            assertTrue(new String(one.body().readAllBytes(), StandardCharsets.UTF_8).contains("done"));
        }
        // Each has let go before its answer ended, or right after.
        int status = 503;
        for (int i = 0; i < 1_000 && status == 503; i++) {
            status = served.send(served.post("act", "{}")).statusCode();
        }
        assertEquals(200, status);
    }

    @Test
    void anActionGoesOnWhenNobodyReads() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        String line = "x".repeat(1_000);
        served.actions.add(FakeAction.of("act", call -> {
            for (int i = 0; i < 50_000; i++) { // 50 MB: no socket takes that unread
                call.progress().accept(line);
            }
            done.countDown();
            return text("done\n");
        }));
        HttpResponse<java.io.InputStream> response = served.open(served.post("act", "{}"));
        assertTrue(done.await(30, TimeUnit.SECONDS));
        // Who reads late is told what he missed, and gets the result whole.
        List<String> lines = new String(response.body().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertEquals("{\"exit\":0,\"text\":\"done\\n\",\"json\":{}}", lines.getLast());
        assertTrue(lines.get(lines.size() - 2).contains("lines of progress were left out"));
        assertTrue(lines.size() < 50_000);
    }

    @Test
    void anActionGoesOnWhenTheReaderIsGone() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        served.actions.add(FakeAction.of("act", call -> {
            call.progress().accept("begun");
            await(gone);
            for (int i = 0; i < 5_000; i++) {
                call.progress().accept("more");
            }
            done.countDown();
            return text("done\n");
        }));
        served.open(served.post("act", "{}")).body().close();
        gone.countDown();
        assertTrue(done.await(30, TimeUnit.SECONDS));
    }

    @Test
    void afterTheCloseNobodyIsAnswered() {
        served.close();
        assertThrows(IOException.class, () -> served.send(served.request("/live")));
    }
}
