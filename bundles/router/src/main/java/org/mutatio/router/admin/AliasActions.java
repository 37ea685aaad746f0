package org.mutatio.router.admin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.policy.Router;
import org.mutatio.router.folder.PolicyKeeper;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.EffectivePolicy;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.toml.TomlEdit;

/// `alias list|add|remove`: the table `[recipients.aliases]` of a domain's own file.
public final class AliasActions {

    private static final List<String> ALIASES = List.of("recipients", "aliases");

    private final PolicyKeeper keeper;
    private final Router router;

    private AliasActions(PolicyKeeper keeper, Router router) {
        this.keeper = keeper;
        this.router = router;
    }

    public static List<Action> all(PolicyKeeper keeper, Router router) {
        AliasActions actions = new AliasActions(keeper, router);
        Argument alias = Argument.required("ALIAS", "the address, sales@example.org");
        return List.of(
                new AdminAction(
                        "alias list",
                        "aliases with who gets their mail, and the line that says so",
                        List.of(Argument.optional("DOMAIN", "only this one's, inherited ones too")),
                        "mutatio alias list shop.example.org",
                        false,
                        actions::list),
                new AdminAction(
                        "alias add",
                        "an alias in its domain's file, or more targets of one",
                        List.of(
                                alias,
                                Argument.required("TARGETS", "who gets its mail, with commas between"),
                                Argument.flag("--replace", "these alone, not those that it has too")),
                        "mutatio alias add sales@example.org ann@example.org,bo@shop.example.org",
                        true,
                        actions::add),
                new AdminAction(
                        "alias remove",
                        "takes an alias out of its domain's file, or some targets of it",
                        List.of(alias, Argument.optional("TARGETS", "only these, with commas between")),
                        "mutatio alias remove sales@example.org bo@shop.example.org",
                        true,
                        actions::remove));
    }

    /// @throws ActionException it is none
    static MailAddress address(String text) throws ActionException {
        try {
            return MailAddress.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw ActionException.usage(String.valueOf(e.getMessage()));
        }
    }

    private ActionResult list(ActionCall call) throws ActionException {
        DomainPolicies set = keeper.current();
        Optional<String> one = call.get("DOMAIN");
        List<Domain> domains = one.isPresent()
                ? List.of(AdminAction.ours(set, AdminAction.domain(one.get())).domain())
                : set.domains();
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        for (Domain domain : domains) {
            EffectivePolicy policy = set.effective(domain).orElseThrow();
            for (Map.Entry<String, EffectivePolicy.Alias> entry : new TreeMap<>(policy.aliases()).entrySet()) {
                EffectivePolicy.Alias alias = entry.getValue();
                List<String> targets =
                        alias.targets().stream().map(MailAddress::toString).toList();
                String name = shown(entry.getKey(), domain);
                text.append(String.format(
                        Locale.ROOT, "%-36s %-48s %s%n", name, String.join(", ", targets), alias.origin()));
                items.add(Json.object()
                        .with("alias", name)
                        .with("targets", Json.strings(targets))
                        .with("origin", alias.origin()));
            }
        }
        if (items.isEmpty()) {
            text.append("no aliases\n");
        }
        return ActionResult.of(text.toString(), Json.array(items));
    }

    private static String shown(String localPart, Domain domain) {
        return new MailAddress(localPart, domain).toString();
    }

    private static List<String> targets(String text) throws ActionException {
        List<String> targets = new ArrayList<>();
        for (String target : text.split(",", -1)) {
            if (!target.isBlank()) {
                if (target.indexOf('@') >= 0) {
                    address(target);
                }
                targets.add(target.strip());
            }
        }
        return targets;
    }

    private ActionResult add(ActionCall call) throws ActionException, IOException {
        MailAddress alias = address(call.require("ALIAS")).folded();
        List<String> targets = targets(call.require("TARGETS"));
        if (targets.isEmpty()) {
            throw ActionException.usage("TARGETS is empty: name who gets the mail, as ann@example.org");
        }
        Domain domain = AdminAction.ours(keeper.current(), alias.domain()).domain();
        PolicyKeeper.State state = keeper.edit(
                domain,
                present -> {
                    TomlEdit file = edit(domain, present);
                    List<String> path = path(file, alias);
                    Set<String> all = new LinkedHashSet<>(call.flag("--replace") ? List.of() : list(file, path, alias));
                    all.addAll(targets);
                    return Optional.of(file.set(path, List.copyOf(all)).text());
                },
                "alias add");
        return told(state, alias, domain);
    }

    private ActionResult remove(ActionCall call) throws ActionException, IOException {
        MailAddress alias = address(call.require("ALIAS")).folded();
        List<String> targets = targets(call.get("TARGETS").orElse(""));
        EffectivePolicy policy = AdminAction.ours(keeper.current(), alias.domain());
        Domain domain = policy.domain();
        EffectivePolicy.Alias known = policy.alias(alias.localPart())
                .orElseThrow(() -> ActionException.notFound(
                        "no alias " + alias + " (`mutatio alias list " + domain + "` shows them)"));
        PolicyKeeper.State state = keeper.edit(
                domain,
                present -> {
                    TomlEdit file = edit(domain, present);
                    List<String> path = path(file, alias);
                    if (!file.has(path)) {
                        throw ActionException.data("it is inherited from " + known.origin()
                                + ": take it out there, or give this domain an alias of that name of its own");
                    }
                    List<String> left = left(list(file, path, alias), targets, domain);
                    if (targets.isEmpty() || left.isEmpty()) {
                        file.remove(path);
                    } else {
                        file.set(path, left);
                    }
                    return Optional.of(file.text());
                },
                "alias remove");
        return told(state, alias, domain);
    }

    /// @throws ActionException one of them is no target now
    private static List<String> left(List<String> present, List<String> going, Domain domain) throws ActionException {
        List<String> left = new ArrayList<>(present);
        for (String target : going) {
            if (!left.removeIf(other -> full(other, domain).equals(full(target, domain)))) {
                throw ActionException.notFound(
                        target + " is no target of it; there are: " + String.join(", ", present));
            }
        }
        return left;
    }

    private static String full(String target, Domain domain) {
        String whole = target.indexOf('@') < 0 ? target + "@" + domain : target;
        return whole.toLowerCase(Locale.ROOT);
    }

    private static TomlEdit edit(Domain domain, Optional<String> present) throws ActionException {
        try {
            return TomlEdit.of(present.orElse(""));
        } catch (IllegalArgumentException e) {
            throw ActionException.data(
                    "the file of " + domain + " is not well-formed, mend it first: " + e.getMessage());
        }
    }

    /// With the name as the file writes it.
    private static List<String> path(TomlEdit file, MailAddress alias) {
        String name = file.keys(ALIASES).stream()
                .filter(key -> key.equalsIgnoreCase(alias.localPart()))
                .findFirst()
                .orElse(alias.localPart());
        return DomainActions.path(ALIASES, name);
    }

    private static List<String> list(TomlEdit file, List<String> path, MailAddress alias) throws ActionException {
        if (!file.has(path)) {
            return List.of();
        }
        return file.texts(path)
                .orElseThrow(() -> ActionException.data(
                        alias + " is not a plain list in its file ({ add = ..., remove = ... }?): edit it by hand"));
    }

    /// Where its mail goes now, by the set that is in force.
    private ActionResult told(PolicyKeeper.State state, MailAddress alias, Domain domain) {
        Router.Question question =
                new Router.Question(ReversePath.NULL, new MailAddress(alias.localPart(), domain), 0, Optional.empty());
        StringBuilder text = new StringBuilder();
        List<String> ends = new ArrayList<>();
        switch (router.route(keeper.current(), question)) {
            case Router.Routing.To to ->
                to.targets()
                        .forEach(target -> ends.add(
                                switch (target) {
                                    case Router.Target.Mailbox mailbox ->
                                        "mailbox of " + mailbox.account().address();
                                    case Router.Target.Relay relay -> relay.address() + " by " + relay.lane();
                                }));
            case Router.Routing.Unknown _ -> text.append("nobody gets its mail: it is refused 550 5.1.1\n");
            case Router.Routing.Refused refused ->
                text.append("its mail is refused: ").append(refused.reply()).append('\n');
            case Router.Routing.Foreign _, Router.Routing.Unavailable _ ->
                text.append("where its mail goes cannot be told now\n");
        }
        if (!ends.isEmpty()) {
            text.append("mail for ").append(alias).append(" goes to:\n");
            ends.forEach(end -> text.append("  ").append(end).append('\n'));
        }
        return AdminAction.checked(
                state.problems(),
                state.warnings(),
                text.toString(),
                "nothing was changed\n",
                Json.object().with("alias", alias.toString()).with("goes_to", Json.strings(ends)));
    }
}
