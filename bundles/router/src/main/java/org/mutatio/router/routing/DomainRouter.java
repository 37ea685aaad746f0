package org.mutatio.router.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.accounts.Accounts;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.policy.Router;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.EffectivePolicy;
import org.mutatio.router.policy.Route;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.reply.Reply;

/// The way from a recipient to its mailboxes and servers.
///
/// For each address: the first `[[route]]` that matches; an alias of exactly that name; an account of exactly that
/// name; then the same without its tag; then the rule for unknown recipients. Targets of aliases go the same way, to
/// at most [#MOST_TARGETS] ends; an alias that names itself means the account of that name; any other circle is
/// refused 5.4.6. A tag goes along with an alias to the accounts behind it.
public final class DomainRouter implements Router {

    /// Ends of one recipient.
    static final int MOST_TARGETS = 100;

    /// Aliases behind aliases.
    private static final int MOST_STEPS = 1_000;

    /// Looks providers up by name.
    @FunctionalInterface
    public interface Providers {

        /// @param recipient folded
        /// @return `host:port`, or empty: the next route is tried
        /// @throws StoreUnavailableException it is not there or did not answer
        Optional<String> route(String name, ReversePath sender, MailAddress recipient, long size)
                throws StoreUnavailableException;
    }

    /// The live directory, asked anew for each question.
    @FunctionalInterface
    public interface Directory {
        Accounts accounts();
    }

    private final Directory directory;
    private final Providers providers;
    private final Supplier<DomainPolicies> current;

    /// @param current rules where a transaction holds a set that another version of this bundle made
    public DomainRouter(Directory directory, Providers providers, Supplier<DomainPolicies> current) {
        this.directory = directory;
        this.providers = providers;
        this.current = current;
    }

    @Override
    public Routing route(PolicySet set, Question question) {
        Walk walk = new Walk(
                set,
                question.sender(),
                question.size(),
                question.authenticated().isPresent(),
                true);
        try {
            return walk.from(question.recipient());
        } catch (StoreUnavailableException | AbsentServiceException e) {
            return new Routing.Unavailable(walk.andNow("", "unavailable", String.valueOf(e.getMessage())));
        }
    }

    @Override
    public Optional<String> mayNotSendAs(PolicySet set, Account account, MailAddress sender) {
        if (account.address().folded().equals(sender.folded())) {
            return Optional.empty();
        }
        Walk walk = new Walk(set, ReversePath.NULL, 0, true, false);
        try {
            return switch (walk.from(sender)) {
                case Routing.To to ->
                    to.targets().stream()
                                    .anyMatch(target -> target instanceof Target.Mailbox mailbox
                                            && mailbox.account().id() == account.id())
                            ? Optional.empty()
                            : Optional.of("mail for " + sender + " does not go to " + account.address());
                case Routing.Unknown _ -> Optional.of(sender + " is nobody here");
                case Routing.Foreign _ -> Optional.of(sender.domain() + " is no domain of ours");
                case Routing.Unavailable _ -> Optional.of("it cannot be found out now");
                case Routing.Refused _ -> Optional.of("the aliases of " + sender + " lead in a circle");
            };
        } catch (StoreUnavailableException | AbsentServiceException e) {
            return Optional.of("it cannot be found out now: " + e.getMessage());
        }
    }

    /// One question.
    private final class Walk {
        private final DomainPolicies set;
        private final ReversePath sender;
        private final long size;
        private final boolean loggedIn;
        private final boolean withRoutes;
        private final List<Why> why = new ArrayList<>();
        private final Map<String, Target> targets = new LinkedHashMap<>();
        private final Set<MailAddress> ancestors = new LinkedHashSet<>();
        private int steps;
        private boolean bySize;
        private Optional<Reply> refusal = Optional.empty();

        Walk(PolicySet set, ReversePath sender, long size, boolean loggedIn, boolean withRoutes) {
            this.set = set instanceof DomainPolicies mine ? mine : current.get();
            this.sender = sender;
            this.size = size;
            this.loggedIn = loggedIn;
            this.withRoutes = withRoutes;
        }

        List<Why> andNow(String policy, String outcome, String reason) {
            why.add(new Why(policy, outcome, reason));
            return List.copyOf(why);
        }

        Routing from(MailAddress recipient) throws StoreUnavailableException {
            Optional<EffectivePolicy> policy = policy(recipient.domain());
            if (policy.isEmpty()) {
                return set.good()
                        ? new Routing.Foreign(andNow("", "foreign", recipient.domain() + " is no domain of ours"))
                        : new Routing.Unavailable(andNow("", "unavailable", "no good policy set was loaded yet"));
            }
            step(recipient, policy.get());
            if (refusal.isPresent()) {
                return new Routing.Refused(refusal.get(), why);
            }
            return targets.isEmpty()
                    ? new Routing.Unknown(policy.get(), why)
                    : new Routing.To(policy.get(), List.copyOf(targets.values()), why, bySize);
        }

        private Optional<EffectivePolicy> policy(Domain domain) {
            return set.effective(domain);
        }

        private void step(MailAddress recipient, EffectivePolicy policy) throws StoreUnavailableException {
            MailAddress address = new MailAddress(recipient.folded().localPart(), policy.domain());
            if (!address.domain().equals(recipient.domain())) {
                why.add(new Why(
                        policy.origin("domain.names"), "domain", recipient.domain() + " is " + address.domain()));
            }
            if (!ancestors.add(address)) {
                refuse(Reply.of(550, "5.4.6", "this address leads in a circle"), "aliases in a circle: " + ancestors);
                return;
            }
            if (++steps > MOST_STEPS) {
                refuse(Reply.of(550, "5.4.6", "too many aliases behind this address"), "over " + MOST_STEPS + " steps");
                return;
            }
            if (!(withRoutes && routed(address, policy))) {
                local(address, policy);
            }
            ancestors.remove(address);
        }

        private boolean routed(MailAddress address, EffectivePolicy policy) throws StoreUnavailableException {
            for (Route route : policy.routes()) {
                bySize |= route.asksSize();
                if (!route.matches(sender, address, size, loggedIn)) {
                    continue;
                }
                switch (route.action()) {
                    case Route.Action.Local _ -> {
                        why.add(new Why(route.origin(), "route", "mailbox here"));
                        return false;
                    }
                    case Route.Action.Relay(var host, var tls) -> {
                        why.add(new Why(route.origin(), "route", "relay " + host));
                        relay(address, host, tls.isEmpty() ? policy.text("tls.outgoing") : tls);
                        return true;
                    }
                    case Route.Action.Provider(var name, var tls) -> {
                        bySize = true;
                        Optional<String> host = providers.route(name, sender, address, size);
                        if (host.isPresent()) {
                            why.add(new Why(route.origin(), "route", "provider " + name + ": relay " + host.get()));
                            relay(address, host.get(), tls.isEmpty() ? policy.text("tls.outgoing") : tls);
                            return true;
                        }
                        why.add(new Why(route.origin(), "next", "provider " + name + " has no route"));
                    }
                }
            }
            return false;
        }

        private void local(MailAddress address, EffectivePolicy policy) throws StoreUnavailableException {
            if (delivered(address, "", policy)) {
                return;
            }
            Optional<Integer> cut = separator(address, policy);
            if (cut.isPresent()) {
                String local = address.localPart();
                String tag = local.substring(cut.get() + 1);
                MailAddress base = new MailAddress(local.substring(0, cut.get()), address.domain());
                if (delivered(base, tag, policy)) {
                    return;
                }
            }
            unknown(address, policy);
        }

        private static Optional<Integer> separator(MailAddress address, EffectivePolicy policy) {
            String separators = policy.text("recipients.separator");
            for (int i = 1; i < address.localPart().length(); i++) {
                if (separators.indexOf(address.localPart().charAt(i)) >= 0) {
                    return Optional.of(i);
                }
            }
            return Optional.empty();
        }

        /// By alias or account of that very name.
        private boolean delivered(MailAddress name, String tag, EffectivePolicy policy)
                throws StoreUnavailableException {
            Optional<EffectivePolicy.Alias> alias = policy.alias(name.localPart());
            if (alias.isPresent()) {
                why.add(new Why(
                        alias.get().origin(),
                        "alias",
                        name + " -> " + join(alias.get().targets())));
                boolean tagged = !tag.isEmpty() && ancestors.add(name); // its circle is that of the plain name
                for (MailAddress target : alias.get().targets()) {
                    if (refusal.isPresent()) {
                        break;
                    }
                    follow(name, target, tag, policy);
                }
                if (tagged) {
                    ancestors.remove(name);
                }
                return true;
            }
            return mailbox(name, tag, policy);
        }

        private void follow(MailAddress alias, MailAddress target, String tag, EffectivePolicy policy)
                throws StoreUnavailableException {
            Optional<EffectivePolicy> next = policy(target.domain());
            if (next.isEmpty()) {
                why.add(new Why("", "relay", target + " by the MX of " + target.domain()));
                put(new Target.Relay(target, "smtp:" + target.domain(), policy.text("tls.outgoing")));
                return;
            }
            MailAddress main = new MailAddress(target.localPart(), next.get().domain());
            if (main.equals(alias)) { // "ann" = ["ann", "bo"]: the mailbox of that name, and others
                if (!mailbox(main, tag, next.get())) {
                    why.add(new Why("", "unknown", "no account " + main + " behind the alias of that name"));
                }
                return;
            }
            step(tag.isEmpty() ? main : tagged(main, tag, next.get()), next.get());
        }

        /// With the tag of the alias it was written to, unless it has one or would grow too long.
        private static MailAddress tagged(MailAddress target, String tag, EffectivePolicy policy) {
            String separators = policy.text("recipients.separator");
            if (separators.isEmpty() || separator(target, policy).isPresent()) {
                return target;
            }
            try {
                return new MailAddress(target.localPart() + separators.charAt(0) + tag, target.domain());
            } catch (IllegalArgumentException e) {
                return target;
            }
        }

        private boolean mailbox(MailAddress name, String tag, EffectivePolicy policy) throws StoreUnavailableException {
            Optional<Account> account = directory.accounts().find(name);
            if (account.isEmpty()) {
                return false;
            }
            String separators = policy.text("recipients.separator");
            MailAddress full = tag.isEmpty() || separators.isEmpty()
                    ? name
                    : new MailAddress(name.localPart() + separators.charAt(0) + tag, name.domain());
            why.add(new Why("", "mailbox", "account " + name + (tag.isEmpty() ? "" : ", tag " + tag)));
            put(new Target.Mailbox(account.get(), full, tag));
            return true;
        }

        private void unknown(MailAddress address, EffectivePolicy policy) throws StoreUnavailableException {
            String rule = policy.text("recipients.unknown");
            String origin = policy.origin("recipients.unknown");
            switch (rule) {
                case "reject" -> why.add(new Why(origin, "unknown", "no account or alias " + address));
                case "relay" -> {
                    String host = policy.text("recipients.unknown-relay");
                    String lane = host.isEmpty() ? address.domain().ascii() : host;
                    why.add(new Why(origin, "relay", address + " is not here; relay " + lane));
                    relay(address, lane, policy.text("tls.outgoing"));
                }
                default -> {
                    MailAddress all = MailAddress.parse(rule).folded();
                    why.add(new Why(origin, "catch-all", address + " -> " + all));
                    Optional<EffectivePolicy> next = policy(all.domain());
                    if (next.isEmpty()) {
                        relay(all, all.domain().ascii(), policy.text("tls.outgoing"));
                    } else if (new MailAddress(all.localPart(), next.get().domain()).equals(address)) {
                        why.add(new Why(origin, "unknown", "the catch-all address " + all + " is nobody itself"));
                    } else {
                        step(all, next.get());
                    }
                }
            }
        }

        private void relay(MailAddress address, String host, String tls) {
            put(new Target.Relay(address, "smtp:" + host, tls));
        }

        private void put(Target target) {
            String key = switch (target) {
                case Target.Mailbox mailbox -> "account " + mailbox.account().id();
                case Target.Relay relay -> relay.lane() + " " + relay.address();
            };
            if (targets.size() >= MOST_TARGETS && !targets.containsKey(key)) {
                refuse(Reply.of(452, "4.5.3", "too many recipients behind this address"), "over " + MOST_TARGETS);
                return;
            }
            targets.putIfAbsent(key, target);
        }

        private void refuse(Reply reply, String reason) {
            if (refusal.isEmpty()) {
                refusal = Optional.of(reply);
                why.add(new Why("", "refused", reason));
            }
        }

        private static String join(List<MailAddress> addresses) {
            List<String> texts = new ArrayList<>();
            for (MailAddress address : addresses) {
                texts.add(address.toString());
            }
            return String.join(", ", texts);
        }
    }
}
