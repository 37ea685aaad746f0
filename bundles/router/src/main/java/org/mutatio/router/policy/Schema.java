package org.mutatio.router.policy;

import static org.mutatio.router.policy.Setting.choice;
import static org.mutatio.router.policy.Setting.list;
import static org.mutatio.router.policy.Setting.number;
import static org.mutatio.router.policy.Setting.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.mutatio.toml.NearestKey;

/// Every key that a policy file knows, with type, default and doc: what is not here is an error in a file.
///
/// Beside these there are tables with free keys: `recipients.aliases` (recipient to a list of addresses),
/// `spam.scores` (rule to a number) and `filters.<name>` (checked by the filter itself), the list `locked`, and
/// `[[route]]` ([Route]).
public final class Schema {

    static final String ALIASES = "recipients.aliases";
    static final String SCORES = "spam.scores";
    static final String FILTERS = "filters";
    static final String NAMES = "domain.names";
    static final String OUTGOING_TLS = "tls.outgoing";

    private static final List<Setting> SETTINGS = List.of(
            list(NAMES, Kind.DOMAINS, List.of(), "further names of this domain; never inherited"),
            text(
                    "recipients.unknown",
                    Kind.UNKNOWN_RULE,
                    "reject",
                    "who gets mail for names that are not there: reject (550 5.1.1), relay, or a catch-all address"),
            text(
                    "recipients.unknown-relay",
                    Kind.HOST,
                    "",
                    "with unknown = \"relay\": the server that has the others; empty: by MX"),
            text("recipients.separator", Kind.TEXT, "+", "characters that begin a tag (ann+news@); empty: none"),
            text("limits.message-size", Kind.SIZE, "50 MB", "largest message; SIZE of RFC 1870, 552 5.3.4 above"),
            text("limits.quota", Kind.SIZE, "0 B", "octets of one account unless the account says; 0 B: no limit"),
            choice(
                    "limits.over-quota",
                    "an account that is full: reject (552 5.2.2) or defer (452 4.2.2)",
                    "reject",
                    "defer"),
            number("limits.recipients", Kind.NUMBER, 1_000, "recipients of one message; 452 4.5.3 above"),
            number("limits.submission-recipients", Kind.NUMBER, 200, "the same for mail that our users send"),
            choice(
                    "pipeline.mixed-verdict",
                    "when some recipients' policies refuse a message and others take it",
                    "quarantine",
                    "discard",
                    "reject"),
            list(
                    "pipeline.ways",
                    Kind.LIST,
                    List.of("mx", "submission", "lmtp", "append"),
                    "ways in on which filters are asked: mx, submission, lmtp, append (with [imap] filter-append)"),
            choice(
                    "authentication.dmarc",
                    "what becomes of mail that fails DMARC: enforce its policy, tag only, ignore",
                    "enforce",
                    "tag",
                    "ignore"),
            list("dkim.selectors", Kind.LIST, List.of(), "keys that sign: data/keys/<domain>/<selector>.pem"),
            number("spam.reject-at", Kind.DECIMAL, 15.0, "score at which mail is refused"),
            number("spam.junk-at", Kind.DECIMAL, 5.0, "score at which mail goes to Junk"),
            choice(OUTGOING_TLS, "TLS to other servers where a route says nothing", "opportunistic", "require"));

    private static final Map<String, Setting> BY_PATH = byPath();

    private Schema() {}

    private static Map<String, Setting> byPath() {
        Map<String, Setting> byPath = new LinkedHashMap<>();
        for (Setting setting : SETTINGS) {
            byPath.put(setting.path(), setting);
        }
        return java.util.Collections.unmodifiableMap(byPath);
    }

    static List<Setting> settings() {
        return SETTINGS;
    }

    static Optional<Setting> setting(String path) {
        return Optional.ofNullable(BY_PATH.get(path));
    }

    /// Whether some key lies below that path.
    static boolean table(String path) {
        String below = path + ".";
        return SETTINGS.stream().anyMatch(setting -> setting.path().startsWith(below));
    }

    /// Whether that may be locked: a key, a table, or something in a free table.
    ///
    /// @param path [#canonical]
    static boolean lockable(String path) {
        List<String> steps = EffectivePolicy.steps(path);
        return setting(path).isPresent()
                || table(path)
                || path.equals("route")
                || within(path, ALIASES) && steps.size() <= 3
                || within(path, SCORES) && steps.size() <= 3
                || within(path, FILTERS) && !steps.contains("");
    }

    /// The one spelling of a path: quoted where it must be, aliases folded. What is compared with another path has it.
    static String canonical(String written) {
        List<String> steps = new ArrayList<>(EffectivePolicy.steps(written));
        boolean alias = steps.size() == 3 && ALIASES.equals(steps.getFirst() + "." + steps.get(1));
        if (alias) {
            steps.set(2, foldedAlias(steps.get(2)));
        }
        String path = "";
        for (String step : steps) {
            path = Shown.path(path, step);
        }
        return path;
    }

    /// An alias as recipients are looked up by it: [org.mutatio.sdk.mail.MailAddress#folded], NFC.
    static String foldedAlias(String written) {
        return Normalizer.normalize(written, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }

    private static boolean within(String path, String table) {
        return path.equals(table) || path.startsWith(table + ".");
    }

    /// Every path with its table, and the free tables: for suggestions.
    static List<String> paths() {
        List<String> paths = new ArrayList<>();
        for (Setting setting : SETTINGS) {
            paths.add(setting.path());
            String table = setting.path().substring(0, setting.path().indexOf('.'));
            if (!paths.contains(table)) {
                paths.add(table);
            }
        }
        paths.addAll(List.of(ALIASES, SCORES, FILTERS, "route", "locked"));
        return paths;
    }

    /// The known path that was probably meant by an unknown one.
    static Optional<String> meant(String written) {
        String last = written.substring(written.lastIndexOf('.') + 1);
        List<String> paths = paths();
        for (String path : paths) { // the right key in the wrong table
            if (path.endsWith("." + last) || path.equals(last)) {
                return Optional.of(path);
            }
        }
        int dot = written.lastIndexOf('.');
        if (dot > 0) {
            String table = written.substring(0, dot + 1);
            List<String> siblings = new ArrayList<>();
            for (String path : paths) {
                if (path.startsWith(table)) {
                    siblings.add(path.substring(table.length()));
                }
            }
            Optional<String> sibling = NearestKey.of(last, siblings).map(key -> table + key);
            if (sibling.isPresent()) {
                return sibling;
            }
        }
        return NearestKey.of(written, paths);
    }

    /// Path, type, default and doc of every key, a line each, for the pages: tab-separated.
    public static List<String> lines() {
        return SETTINGS.stream()
                .map(setting ->
                        String.join("\t", setting.path(), setting.wanted(), setting.shownStandard(), setting.doc()))
                .toList();
    }
}
