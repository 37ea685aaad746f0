package org.mutatio.router.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.api.policy.FilterSettings;
import org.mutatio.api.policy.Policy;
import org.mutatio.router.Sets;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;

/// Inheritance down the DNS tree, locks, and what a wrong file is told.
final class PolicyLoaderTest {

    private static final String TREE = """
            --- _default.toml
            [limits]
            message-size = "10 MB"
            [spam]
            junk-at = 4.0
            --- example.org.toml
            locked = ["authentication.dmarc", "tls"]
            [authentication]
            dmarc = "enforce"
            [limits]
            message-size = "20 MB"
            [dkim]
            selectors = ["a", "b"]
            [[route]]
            match = { to = "parent@*" }
            relay = "mx.example.org:25"
            --- us.shop.example.org.toml
            [dkim]
            selectors = { add = ["c"], remove = ["a"] }
            [[route]]
            match = { to = "child@*" }
            relay = "mx.us.example.org:25"
            --- other.test.toml
            """;

    private static Policy policy(String set, String domain) {
        return Sets.good(set).of(Domain.parse(domain)).orElseThrow();
    }

    private static String text(SettingTable table, String key) {
        return table.values().get(key) instanceof SettingValue.Text text ? text.value() : "";
    }

    private static Policy.Entry entry(Policy policy, String path) {
        return policy.entries().stream()
                .filter(entry -> entry.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aDomainInheritsFromTheNextFileAboveAlsoWhenOneIsMissingBetween() {
        Policy us = policy(TREE, "us.shop.example.org"); // there is no shop.example.org.toml
        assertEquals(20_000_000, us.size("limits.message-size").octets());
        Policy.Entry size = entry(us, "limits.message-size");
        assertEquals("example.org", size.inheritedFrom());
        assertEquals("config/domains/example.org.toml:5", size.origin());
    }

    @Test
    void whatNoParentSaysComesFromTheDefaultsFileAndThenFromTheProgram() {
        Policy us = policy(TREE, "us.shop.example.org");
        assertEquals(4.0, us.decimal("spam.junk-at"));
        assertEquals("_default", entry(us, "spam.junk-at").inheritedFrom());
        assertEquals(15.0, us.decimal("spam.reject-at"));
        assertEquals("default", entry(us, "spam.reject-at").origin());
        assertEquals(
                10_000_000,
                policy(TREE, "other.test").size("limits.message-size").octets());
    }

    @Test
    void listsAreReplacedOrChanged() {
        assertEquals(List.of("b", "c"), policy(TREE, "us.shop.example.org").list("dkim.selectors"));
        assertEquals(
                List.of("z"),
                policy(TREE + "--- de.example.org.toml\n[dkim]\nselectors = [\"z\"]\n", "de.example.org")
                        .list("dkim.selectors"));
    }

    @Test
    void aChildsRoutesAreTriedFirst() {
        EffectivePolicy us =
                Sets.good(TREE).effective(Domain.parse("us.shop.example.org")).orElseThrow();
        assertEquals(2, us.routes().size());
        assertTrue(us.routes().getFirst().origin().contains("us.shop.example.org"), us.routes()::toString);
    }

    @Test
    void aLockedKeyIsRefusedWithBothLines() {
        List<String> problems = Sets.problems(TREE
                + "--- de.example.org.toml\n[authentication]\ndmarc = \"ignore\"\n[tls]\noutgoing = \"require\"\n");
        assertEquals(2, problems.size(), problems::toString);
        assertTrue(problems.getFirst().startsWith("config/domains/de.example.org.toml:2:1: "), problems::toString);
        assertTrue(problems.getFirst().contains("config/domains/example.org.toml:1"), problems::toString);
        assertTrue(problems.get(1).startsWith("config/domains/de.example.org.toml:4:1: "), problems::toString);
    }

    /// However a child writes it, a locked key is locked.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "recipients.aliases.postmaster         | [recipients.aliases]\\npostmaster = [\"eve\"]",
                "recipients.aliases.postmaster         | [recipients.aliases]\\nPostMaster = [\"eve\"]",
                "recipients.aliases.PostMaster         | [recipients.aliases]\\npostmaster = [\"eve\"]",
                "recipients.aliases.\"postmaster\"     | recipients.aliases.\"postmaster\" = [\"eve\"]",
                "recipients.aliases.postmaster         | recipients.aliases.postmaster = { remove = [\"ann\"] }",
                "recipients.aliases.\"bu\u0308ro\"     | recipients.aliases.\"b\u00fcro\" = [\"eve\"]",
                "recipients.aliases.\"it.help\"        | recipients.aliases.\"it.help\" = [\"eve\"]",
                "recipients                            | recipients.unknown = \"eve@a.test\"",
                "filters.list.hosts.bad                | filters.list.hosts.bad = \"x\"",
                "filters.list.hosts.bad                | filters.list.hosts = \"none\"",
                "filters.list.hosts.bad                | filters.list.hosts = { file = \"there\" }",
                "filters.list.hosts.bad                | filters.list.hosts = { add = [\"x\"] }",
                "filters.list.hosts.bad                | filters.list.hosts = []",
                "filters.\"list\".hosts                 | [filters.list]\\nhosts = 1",
                "tls.outgoing                          | [[route]]\\nrelay = \"a.test\"\\ntls = \"opportunistic\"",
                "tls                                   | [[route]]\\nrelay = \"a.test\"\\ntls = \"opportunistic\"",
                "route                                 | [[route]]\\nrelay = \"a.test\"",
                "spam.scores.x                         | spam.scores.x = 0",
                "domain                                | domain.names = [\"b.test\"]",
            })
    void noChildGetsAroundALock(String lock, String child) {
        String set = """
                --- _default.toml
                locked = ['%s']
                [recipients.aliases]
                postmaster = ["ann@a.test"]
                "b\u00fcro" = ["ann@a.test"]
                [filters.list.hosts]
                bad = "a"
                good = "b"
                [tls]
                outgoing = "require"
                --- a.test.toml
                %s
                """;
        List<String> problems = Sets.problems(set.formatted(lock, child.replace("\\n", "\n")));
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().startsWith("config/domains/a.test.toml:"), problems::toString);
        assertTrue(problems.getFirst().contains("locked by config/domains/_default.toml:1"), problems::toString);
        Sets.good(set.formatted(lock, "filters.list.hosts.good = \"x\"").replace("'filters.\"list\".hosts'", ""));
    }

    @ParameterizedTest
    @CsvSource({"recipients.aliases.a.b", "filters.", "filters..x", "spam.scores.a.b"})
    void aLockOfNothingIsNoLock(String lock) {
        assertEquals(
                1, Sets.problems("--- a.test.toml\nlocked = ['" + lock + "']\n").size());
    }

    @Test
    void anAliasThatStandsTwiceIsTold() {
        List<String> problems =
                Sets.problems("--- a.test.toml\n[recipients.aliases]\nSales = [\"ann\"]\nsales = [\"bo\"]\n");
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().startsWith("config/domains/a.test.toml:3:1: "), problems::toString);
        assertTrue(problems.getFirst().contains("config/domains/a.test.toml:2"), problems::toString);
    }

    @Test
    void aQuotedNameOfTheDefaultsIsEachDomainsOwn() {
        DomainPolicies set = Sets.good(
                "--- _default.toml\n[recipients.aliases]\nx = ['\"a b\"']\n--- a.test.toml\n--- b.test.toml\n");
        assertEquals(
                "\"a b\"@b.test",
                set.effective(Domain.parse("b.test"))
                        .flatMap(policy -> policy.alias("x"))
                        .orElseThrow()
                        .targets()
                        .getFirst()
                        .toString());
    }

    @Test
    void theFileOfTheDefaultsIsNoDomains() {
        List<String> problems = Sets.problems("--- _DEFAULT.toml\n[limits]\nquota = \"1 MB\"\n");
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().contains("_default.toml"), problems::toString);
    }

    @Test
    void theDomainThatLocksMaySetItAndTheShownPolicySaysSo() {
        assertTrue(entry(policy(TREE, "us.shop.example.org"), "authentication.dmarc")
                .locked());
        assertFalse(entry(policy(TREE, "us.shop.example.org"), "limits.quota").locked());
    }

    @Test
    void allFaultsOfAllFilesAreToldAtOnce() {
        List<String> problems = Sets.problems("""
                --- a.test.toml
                [limits]
                mesage-size = "1 MB"
                quota = 5
                --- b.test.toml
                [spam]
                junk-at = "high"
                --- c.test.toml
                [broken
                """);
        assertEquals(4, problems.size(), problems::toString);
        assertTrue(problems.getFirst().startsWith("config/domains/a.test.toml:2:1: "), problems::toString);
        assertTrue(problems.getFirst().contains("limits.message-size"), problems::toString);
        assertTrue(problems.get(1).startsWith("config/domains/a.test.toml:3:9: "), problems::toString);
        assertTrue(problems.get(2).startsWith("config/domains/b.test.toml:2:11: "), problems::toString);
        assertTrue(problems.get(3).startsWith("config/domains/c.test.toml:1:"), problems::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[limit]\\nquota = \"1 GB\"            | limits",
                "[recipients]\\nunknwon = \"reject\"   | recipients.unknown",
                "[authentication]\\nDMARC = \"tag\"    | authentication.dmarc",
                "[spam]\\nquota = \"1 GB\"             | limits.quota",
                "[limits]\\nmessage_size = \"1 MB\"    | limits.message-size",
            })
    void anUnknownKeyIsToldTheNearestRightOne(String file, String right) {
        List<String> problems = Sets.problems("--- a.test.toml\n" + file.replace("\\n", "\n") + "\n");
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().contains(right), problems::toString);
    }

    @Test
    void aRouteThatAnEarlierOneHidesIsAnError() {
        List<String> problems = Sets.problems("""
                --- a.test.toml
                [[route]]
                match = { to = "*@a.test" }
                relay = "mx.a.test:25"
                [[route]]
                match = { to = "sales@a.test" }
                relay = "mx.b.test:25"
                """);
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().startsWith("config/domains/a.test.toml:4"), problems::toString);
    }

    @Test
    void aNameBelongsToOneDomain() {
        List<String> problems = Sets.problems("""
                --- a.test.toml
                [domain]
                names = ["c.test", "b.test"]
                --- b.test.toml
                [domain]
                names = ["c.test"]
                """);
        assertEquals(2, problems.size(), problems::toString);
    }

    @Test
    void aFileNamedAfterNoDomainIsRefused() {
        assertTrue(Sets.problems("--- a b.toml\n").getFirst().startsWith("config/domains/a b.toml:1:1: "));
    }

    @Test
    void aSecretIsUsedAndNotShown() {
        String set = "--- a.test.toml\n[filters.list]\nkey = { file = \"there\" }\n";
        Policy policy = policy(set, "a.test");
        assertEquals("s3cret", text(policy.filter("list"), "key"));
        assertFalse(policy.entries().toString().contains("s3cret"));
        assertEquals(1, Sets.problems(set.replace("there", "gone")).size());
    }

    @Test
    void aFilterChecksItsSettingsAndItsWordsStandAtTheirLine() {
        FilterSettings filters = new FilterSettings() {
            @Override
            public List<String> check(String filter, SettingTable settings) {
                return text(settings, "max").equals("much")
                        ? List.of("config/domains/a.test.toml:2:7: max is no size")
                        : List.of();
            }

            @Override
            public List<String> filters() {
                return List.of("limit");
            }
        };
        var loaded = Sets.loader()
                .load(Sets.files("--- a.test.toml\n[filters.limit]\nmax = \"much\"\n"), 1, Optional.of(filters));
        assertEquals(
                "[config/domains/a.test.toml:2:7: max is no size]",
                loaded.problems().toString());
        var absent = Sets.loader()
                .load(Sets.files("--- a.test.toml\n[filters.limits]\nmax = \"1\"\n"), 1, Optional.of(filters));
        assertTrue(absent.set().isPresent());
        assertEquals(1, absent.warnings().size());
    }

    @Test
    void aThousandDomainsAreOneSetAndEachFindsItsOwn() {
        Map<String, byte[]> files = new HashMap<>();
        files.put("example.org.toml", "[limits]\nquota = \"1 GB\"\n".getBytes(StandardCharsets.UTF_8));
        for (int i = 1; i < 1_000; i++) {
            files.put(
                    "d" + i + ".example.org.toml",
                    ("[limits]\nmessage-size = \"" + i + " kB\"\n").getBytes(StandardCharsets.UTF_8));
        }
        DomainPolicies set =
                Sets.loader().load(files, 1, Optional.empty()).set().orElseThrow();
        assertEquals(1_000, set.domains().size());
        Policy last = set.of(Domain.parse("d999.example.org")).orElseThrow();
        assertEquals(999_000, last.size("limits.message-size").octets());
        assertEquals(1_000_000_000, last.size("limits.quota").octets());
    }

    @Test
    void theSameFilesMakeTheSameSet() {
        assertEquals(Sets.good(TREE).sha256(), Sets.good(TREE).sha256());
        assertFalse(Sets.good(TREE)
                .sha256()
                .equals(Sets.good(TREE.replace("20 MB", "21 MB")).sha256()));
    }
}
