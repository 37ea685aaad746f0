package org.mutatio.sdk.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;

class SettingsBinderTest {

    enum Mode {
        HARD,
        VERY_SOFT
    }

    record Inner(@Default("3") int tries, @Default("1.5") double factor) {}

    record Everything(
            @Default("hello") String greeting,
            @Default("7") int count,
            @Default("9000000000") long big,
            @Default("0.5") double share,
            @Default("true") boolean active,
            @Default("20 MB") DataSize maxSize,
            @Default("10 s") Duration pause,
            @Default("very-soft") Mode mode,
            @Default("a, b") List<String> names,
            Optional<MailAddress> copyTo,
            List<Domain> domains,
            @Default("lists/block.txt") Path file,
            Inner retry) {}

    record Range(@Default("1") int from, @Default("2") int to) {
        Range {
            if (from > to) {
                throw new IllegalArgumentException("from " + from + " lies behind to " + to);
            }
        }
    }

    record Needed(String word) {}

    record Impossible(Thread thread) {}

    private static final String AT = "config/domains/example.com.toml:";

    private static SettingValue text(String value, int line) {
        return new SettingValue.Text(value, AT + line);
    }

    private static SettingValue number(double value, int line) {
        return new SettingValue.Numeric(value, value == Math.rint(value), AT + line);
    }

    private static SettingTable table(Object... pairs) {
        Map<String, SettingValue> values = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((String) pairs[i], (SettingValue) pairs[i + 1]);
        }
        return new SettingTable(values);
    }

    @Test
    void whatIsAbsentGetsItsDefault() throws InvalidSettingException {
        assertEquals(
                new Everything(
                        "hello",
                        7,
                        9_000_000_000L,
                        0.5,
                        true,
                        DataSize.parse("20 MB"),
                        Duration.ofSeconds(10),
                        Mode.VERY_SOFT,
                        List.of("a", "b"),
                        Optional.empty(),
                        List.of(),
                        Path.of("lists/block.txt"),
                        new Inner(3, 1.5)),
                SettingsBinder.bind(Everything.class, SettingTable.EMPTY));
    }

    @Test
    void kebabKeysFillTheComponents() throws InvalidSettingException {
        Everything bound = SettingsBinder.bind(
                Everything.class,
                table(
                        "greeting",
                        text("hi", 1),
                        "count",
                        number(-3, 2),
                        "share",
                        number(2, 3),
                        "active",
                        new SettingValue.Flag(false, AT + 4),
                        "max-size",
                        text("512 KiB", 5),
                        "pause",
                        text("5 m", 6),
                        "mode",
                        text("hard", 7),
                        "names",
                        new SettingValue.Values(List.of(text("x", 8)), AT + 8),
                        "copy-to",
                        text("ann@example.com", 9),
                        "domains",
                        new SettingValue.Values(List.of(text("Bücher.test", 10)), AT + 10),
                        "retry",
                        new SettingValue.Table(table("tries", number(9, 11)), AT + 11)));
        assertEquals("hi", bound.greeting());
        assertEquals(-3, bound.count());
        assertEquals(2.0, bound.share());
        assertEquals(512 * 1024, bound.maxSize().octets());
        assertEquals(Duration.ofMinutes(5), bound.pause());
        assertEquals(Mode.HARD, bound.mode());
        assertEquals(List.of("x"), bound.names());
        assertEquals(Optional.of(MailAddress.parse("ann@example.com")), bound.copyTo());
        assertEquals(List.of(new Domain("xn--bcher-kva.test")), bound.domains());
        assertEquals(new Inner(9, 1.5), bound.retry());
    }

    @Test
    void aSizeMayBeANumberOfOctets() throws InvalidSettingException {
        assertEquals(
                1000,
                SettingsBinder.bind(Everything.class, table("max-size", number(1000, 1)))
                        .maxSize()
                        .octets());
    }

    @Test
    void allProblemsAtOnceEachWithItsPlaceAndTheNearestKey() {
        InvalidSettingException thrown = assertThrows(
                InvalidSettingException.class,
                () -> SettingsBinder.bind(
                        Everything.class,
                        table(
                                "max-sise",
                                text("1 MB", 3),
                                "max-size",
                                text("20 XB", 4),
                                "count",
                                number(1.5, 5),
                                "pause",
                                number(10, 6),
                                "mode",
                                text("medium", 7),
                                "names",
                                text("x", 8),
                                "copy-to",
                                text("ann", 9),
                                "retry",
                                new SettingValue.Table(table("tires", number(9, 11)), AT + 10),
                                "zzzzzzzzz",
                                text("?", 12))));
        assertEquals(
                List.of(
                        AT + "5: count wants a whole number that fits (example: 10), not 1.5",
                        AT + "4: max-size: not a size (examples: 50 MB, 512 KiB): 20 XB",
                        AT + "6: pause wants a duration (example: \"10 s\"), not 10",
                        AT + "7: mode: one of hard, very-soft, not medium",
                        AT + "8: names wants a list (example: [\"a\", \"b\"]), not \"x\"",
                        AT + "9: copy-to: no domain",
                        AT + "11: unknown setting retry.tires; did you mean tries?",
                        AT + "3: unknown setting max-sise; did you mean max-size?"),
                thrown.problems().subList(0, 8));
        assertTrue(thrown.problems().get(8).startsWith(AT + "12: unknown setting zzzzzzzzz; there are greeting, "));
        assertEquals(9, thrown.problems().size());
    }

    @Test
    void theRecordsOwnCheckIsAProblemToo() {
        InvalidSettingException thrown = assertThrows(
                InvalidSettingException.class, () -> SettingsBinder.bind(Range.class, table("from", number(5, 3))));
        assertEquals(List.of(AT + "3: from 5 lies behind to 2"), thrown.problems());
    }

    @Test
    void whatHasNoDefaultMustBeThere() {
        InvalidSettingException thrown = assertThrows(
                InvalidSettingException.class, () -> SettingsBinder.bind(Needed.class, SettingTable.EMPTY));
        assertEquals(List.of("default: setting word is missing"), thrown.problems());
    }

    @Test
    void aTypeThatIsNoSettingIsABugOfItsAuthor() {
        assertThrows(
                UnsupportedOperationException.class,
                () -> SettingsBinder.bind(Impossible.class, table("thread", text("x", 1))));
    }
}
