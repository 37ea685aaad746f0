package org.mutatio.deployer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.deployer.config.Checks.Known;
import org.mutatio.toml.Problem;
import org.mutatio.toml.TomlFile;

/// Case conf-772: a setting that has no effect is told, by name and with the nearest one that would have.
class ChecksTest {

    private static final Map<String, Known> KNOWN = Map.of(
            "org.mutatio.smtp",
            new Known(Map.of("messageSize", "String", "recipients", "Integer", "xclient", "String[]"), false),
            "org.mutatio.imap",
            new Known(Map.of("messageSize", "String", "filterAppend", "Boolean"), false),
            "org.mutatio.ports.listener",
            new Known(Map.of("name", "String", "protocol", "String"), false));

    private static final Map<String, Consumer<Map<String, Object>>> READERS =
            Map.of("org.mutatio.smtp", ChecksTest::readSmtp);

    /// As a bundle does it: one key is judged alone, two only together.
    private static void readSmtp(Map<String, Object> table) {
        Object size = table.getOrDefault("messageSize", "50 MB");
        if (!size.toString().endsWith(" MB")) {
            throw new IllegalArgumentException("message-size is " + size + "; write 50 MB");
        }
        if (size.equals("1 MB") && Long.valueOf(9).equals(table.get("recipients"))) {
            throw new IllegalArgumentException("9 recipients need more");
        }
    }

    private static List<String> problems(String toml) {
        List<Problem> problems = new ArrayList<>();
        Configurations read = Configurations.of(TomlFile.parse(toml, "f"), problems);
        if (problems.isEmpty()) {
            problems.addAll(Checks.check(read, KNOWN));
        }
        if (problems.isEmpty()) {
            problems.addAll(Checks.read(read, READERS));
        }
        return problems.stream().map(Problem::toString).toList();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            [smtp]~mesage-size = "5 MB"             | f:2:1: unknown key mesage-size; did you mean message-size?
            [smtp]~messagesize = "5 MB"             | f:2:1: unknown key messagesize; did you mean message-size?
            [imap]~xclient = []                     | f:2:1: unknown key xclient; there are [filter-append, message-size]
            [stmp]~recipients = 5                   | f:1:1: no bundle knows the table [stmp]; did you mean [smtp]?
            [queue]~size = 5                        | f:1:1: no bundle knows the table [queue]; there are [imap, smtp]
            recipients = 5                          | f:1:1: recipients is a whole number outside of any table; write it below a [table]
            [smtp]~recipients = "5"                 | f:2:1: recipients is to be a whole number, not "5"
            [imap]~filter-append = 1                | f:2:1: filter-append is to be true or false, not 1
            [smtp]~message-size = "25 Mio"          | f:2:1: message-size is 25 Mio; write 50 MB
            [smtp]~recipients = 5~recipients = 6    | f:3:1: recipients previously defined at line 2, column 1
            [smtp]~[imap]~[smtp]                    | f:3:1: smtp previously defined at line 1, column 1
            [smtp]~message-size = "5 MB"~messageSize = "6 MB" | f:3:1: messageSize is there twice; the first is message-size at f:2:1
            [smtp]~message-size = "1 MB"~recipients = 9       | f:1:1: 9 recipients need more
            [[listener]]~name = "a"~protocl = "x"   | f:3:1: unknown key protocl; did you mean protocol?
            [[listener]]~protocol = "x"             | f:1:1: [[listener]] has no name; write name = "mx"
            """)
    void whatWouldHaveNoEffectIsToldWithItsPlace(String toml, String problem) {
        assertEquals(List.of(problem), problems(toml.replace('~', '\n')));
    }

    @Test
    void whatIsRightIsTaken() {
        assertEquals(List.of(), problems("""
                        [smtp]
                        message-size = "5 MB"
                        recipients = 5
                        xclient = ["192.0.2.0/24"]
                        [[listener]]
                        name = "a"
                        [[listener]]
                        name = "b"
                        """));
    }

    @Test
    void allAreToldAtOnce() {
        assertEquals(3, problems("[smtp]\na = 1\nb = 2\n[c]\n").size());
    }
}
