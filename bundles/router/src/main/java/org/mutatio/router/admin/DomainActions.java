package org.mutatio.router.admin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.router.folder.PolicyKeeper;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.EffectivePolicy;
import org.mutatio.router.policy.PolicyLoader;
import org.mutatio.router.routing.DomainRouter;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.toml.TomlEdit;

/// `domain list|show|add|remove`.
public final class DomainActions {

    private static final List<String> NAMES = List.of("domain", "names");
    private static final List<String> ALIASES = List.of("recipients", "aliases");

    private final PolicyKeeper keeper;
    private final DomainRouter.Directory directory;

    private DomainActions(PolicyKeeper keeper, DomainRouter.Directory directory) {
        this.keeper = keeper;
        this.directory = directory;
    }

    public static List<Action> all(PolicyKeeper keeper, DomainRouter.Directory directory) {
        DomainActions actions = new DomainActions(keeper, directory);
        Argument domain = Argument.required("DOMAIN", "one of our domains");
        return List.of(
                new AdminAction(
                        "domain list",
                        "our domains as a tree: each inherits the policies of the one above it",
                        List.of(),
                        "mutatio domain list",
                        false,
                        _ -> actions.list()),
                new AdminAction(
                        "domain show",
                        "one domain: its other names, what it inherits from, what it sets itself, its accounts",
                        List.of(domain),
                        "mutatio domain show shop.example.org",
                        false,
                        actions::show),
                new AdminAction(
                        "domain add",
                        "makes a domain ours: a file in config/domains that inherits everything",
                        List.of(
                                Argument.required("DOMAIN", "the new domain"),
                                Argument.option("--names", "other names of it, with commas between"),
                                Argument.option(
                                        "--postmaster", "who gets mail for postmaster and abuse (RFC 2142) there")),
                        "mutatio domain add us.shop.example.org --postmaster ann@example.org",
                        true,
                        actions::add),
                new AdminAction(
                        "domain remove",
                        "a domain is not ours any more: its mail is refused 550 5.7.1; not while it has accounts",
                        List.of(domain),
                        "mutatio domain remove us.shop.example.org",
                        true,
                        actions::remove));
    }

    private ActionResult list() {
        DomainPolicies set = keeper.current();
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        List<Domain> roots = set.domains().stream()
                .filter(domain -> parent(set, domain).isEmpty())
                .toList();
        roots.forEach(root -> branch(set, root, 0, text, items));
        if (items.isEmpty()) {
            text.append("no domain is ours: add one with `mutatio domain add example.org`\n");
        }
        return ActionResult.of(text.toString(), Json.array(items));
    }

    private static void branch(DomainPolicies set, Domain domain, int depth, StringBuilder text, List<Json> items) {
        List<String> names = set.effective(domain).orElseThrow().list("domain.names");
        text.append("  ".repeat(depth)).append(domain);
        text.append(names.isEmpty() ? "" : "  (also " + String.join(", ", names) + ")")
                .append('\n');
        items.add(Json.object()
                .with("domain", domain.toString())
                .with("names", Json.strings(names))
                .with("parent", parent(set, domain).map(Domain::toString).orElse("")));
        for (Domain child : set.domains()) {
            if (parent(set, child).equals(Optional.of(domain))) {
                branch(set, child, depth + 1, text, items);
            }
        }
    }

    /// The next domain of ours above.
    private static Optional<Domain> parent(DomainPolicies set, Domain domain) {
        Optional<Domain> above = domain.parent();
        while (above.isPresent()) {
            Optional<EffectivePolicy> policy = set.effective(above.get());
            if (policy.isPresent() && policy.get().domain().equals(above.get())) {
                return above;
            }
            above = above.get().parent();
        }
        return Optional.empty();
    }

    private ActionResult show(ActionCall call) throws ActionException {
        DomainPolicies set = keeper.current();
        EffectivePolicy policy = AdminAction.ours(set, AdminAction.domain(call.require("DOMAIN")));
        Domain domain = policy.domain();
        String name = domain.ascii();
        List<Policy.Entry> own = policy.entries().stream()
                .filter(entry -> entry.inheritedFrom().equals(name))
                .toList();
        List<String> below = set.domains().stream()
                .filter(other -> parent(set, other).equals(Optional.of(domain)))
                .map(Domain::toString)
                .toList();
        String parent = parent(set, domain).map(Domain::toString).orElse("_default.toml");
        int accounts = accounts(domain).size();
        StringBuilder text = new StringBuilder();
        text.append(domain).append('\n');
        line(text, "other names", String.join(", ", policy.list("domain.names")));
        line(text, "inherits from", parent);
        line(text, "domains below", String.join(", ", below));
        line(text, "accounts", String.valueOf(accounts));
        line(text, "aliases", String.valueOf(policy.aliases().size()));
        text.append(own.isEmpty() ? "  sets nothing itself\n" : "  sets itself\n");
        for (Policy.Entry entry : own) {
            text.append(
                    String.format(Locale.ROOT, "    %-32s %-28s %s%n", entry.path(), entry.value(), entry.origin()));
        }
        text.append("  the whole policy: mutatio policy show ").append(domain).append('\n');
        return ActionResult.of(
                text.toString(),
                Json.object()
                        .with("domain", domain.toString())
                        .with("names", Json.strings(policy.list("domain.names")))
                        .with("parent", parent)
                        .with("children", Json.strings(below))
                        .with("accounts", accounts)
                        .with("aliases", policy.aliases().size())
                        .with(
                                "own",
                                Json.array(own.stream()
                                        .map(entry -> Json.object()
                                                .with("path", entry.path())
                                                .with("value", entry.value())
                                                .with("origin", entry.origin()))
                                        .toList())));
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-14s %s", name, value.isEmpty() ? "-" : value)
                        .stripTrailing())
                .append('\n');
    }

    private List<String> accounts(Domain domain) throws ActionException {
        try {
            return directory.accounts().list(Optional.of(domain)).stream()
                    .map(account -> account.address().toString())
                    .toList();
        } catch (StoreUnavailableException | AbsentServiceException e) {
            throw ActionException.notNow("the accounts cannot be asked now: " + e.getMessage());
        }
    }

    private ActionResult add(ActionCall call) throws ActionException, IOException {
        Domain domain = AdminAction.domain(call.require("DOMAIN"));
        if (domain.literal()) {
            throw ActionException.usage("an address literal is no domain: " + domain);
        }
        if (PolicyLoader.reserved(domain)) {
            throw ActionException.usage(domain + " is no domain: its file holds the defaults of all of them");
        }
        List<String> names = new ArrayList<>();
        for (String name : call.get("--names").orElse("").split(",", -1)) {
            if (!name.isBlank()) {
                names.add(AdminAction.domain(name).toString());
            }
        }
        Optional<String> postmaster = call.get("--postmaster");
        if (postmaster.isPresent()) {
            AliasActions.address(postmaster.get());
        }
        Optional<EffectivePolicy> known = keeper.current().effective(domain);
        if (known.isPresent() && !known.get().domain().equals(domain)) {
            throw ActionException.data(domain + " is a name of " + known.get().domain() + " already: "
                    + known.get().origin("domain.names"));
        }
        PolicyKeeper.State state = keeper.edit(
                domain,
                present -> {
                    if (present.isPresent()) {
                        throw ActionException.data(domain + " is ours already (mutatio domain show " + domain + ")");
                    }
                    return Optional.of(file(domain, names, postmaster));
                },
                "domain add");
        DomainPolicies set = keeper.current();
        String parent = parent(set, domain).map(Domain::toString).orElse("_default.toml and the defaults");
        StringBuilder text = new StringBuilder();
        text.append(domain)
                .append(" is ours now; it inherits from ")
                .append(parent)
                .append('\n');
        boolean answered = set.effective(domain)
                .flatMap(policy -> policy.alias("postmaster"))
                .isPresent();
        if (state.good() && !answered) {
            text.append("nobody gets its mail for postmaster (RFC 5321 section 4.5.1 wants somebody): ")
                    .append("mutatio alias add postmaster@")
                    .append(domain)
                    .append(" ADDRESS\n");
        }
        text.append("next: mutatio account add NAME@").append(domain).append("; publish its MX in the DNS\n");
        return AdminAction.checked(
                state.problems(),
                state.warnings(),
                text.toString(),
                "nothing was changed\n",
                Json.object().with("domain", domain.toString()).with("parent", parent));
    }

    private static String file(Domain domain, List<String> names, Optional<String> postmaster) {
        TomlEdit file = TomlEdit.of(
                "# Policy of " + domain + ". What is not said here is inherited: mutatio policy show " + domain + "\n");
        if (!names.isEmpty()) {
            file.set(NAMES, names);
        }
        postmaster.ifPresent(address -> {
            file.set(path(ALIASES, "postmaster"), List.of(address));
            file.set(path(ALIASES, "abuse"), List.of("postmaster"));
        });
        return file.text();
    }

    static List<String> path(List<String> table, String key) {
        List<String> path = new ArrayList<>(table);
        path.add(key);
        return path;
    }

    private ActionResult remove(ActionCall call) throws ActionException, IOException {
        Domain domain = AdminAction.domain(call.require("DOMAIN"));
        EffectivePolicy policy = AdminAction.ours(keeper.current(), domain);
        if (!policy.domain().equals(domain)) {
            throw ActionException.data(domain + " is only a name of " + policy.domain() + ": take it out of "
                    + policy.origin("domain.names"));
        }
        List<String> accounts = accounts(domain);
        if (!accounts.isEmpty()) {
            throw ActionException.data(domain + " has accounts (" + accounts.getFirst()
                    + (accounts.size() > 1 ? " and " + (accounts.size() - 1) + " more" : "")
                    + "): remove them first (mutatio account remove)");
        }
        List<String> below = keeper.current().domains().stream()
                .filter(other -> !other.equals(domain) && other.within(domain))
                .map(Domain::toString)
                .toList();
        PolicyKeeper.State state = keeper.edit(domain, _ -> Optional.empty(), "domain remove");
        String text = domain + " is not ours any more\n"
                + (below.isEmpty()
                        ? ""
                        : String.join(", ", below) + " no longer inherit" + (below.size() == 1 ? "s" : "")
                                + " from it\n");
        return AdminAction.checked(
                state.problems(),
                state.warnings(),
                text,
                "nothing was changed\n",
                Json.object().with("domain", domain.toString()).with("below", Json.strings(below)));
    }
}
