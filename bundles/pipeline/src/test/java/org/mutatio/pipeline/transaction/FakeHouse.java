package org.mutatio.pipeline.transaction;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.policy.Router;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;

/// Domains, accounts and routes as a test wants them.
final class FakeHouse implements Policies, PolicySet, Router {

    final FakePolicy defaults = new FakePolicy("_default");
    private final Map<Domain, FakePolicy> policies = new TreeMap<>();
    private final Map<String, Account> accounts = new HashMap<>();
    private final Map<String, List<String>> aliases = new HashMap<>();
    private final Map<String, Routing> routes = new HashMap<>();
    int asked;
    boolean bySize;

    FakePolicy domain(String name) {
        return policies.computeIfAbsent(Domain.parse(name), _ -> new FakePolicy(name));
    }

    Account account(String address) {
        MailAddress parsed = MailAddress.parse(address);
        domain(parsed.domain().ascii());
        return accounts.computeIfAbsent(
                address, _ -> new Account(accounts.size() + 1, parsed, "", Optional.empty(), true));
    }

    void alias(String address, String... to) {
        aliases.put(address, List.of(to));
    }

    void route(String address, Routing routing) {
        routes.put(address, routing);
    }

    Routing.To relay(String address, String lane) {
        MailAddress parsed = MailAddress.parse(address);
        return new Routing.To(
                domain(parsed.domain().ascii()),
                List.of(new Target.Relay(parsed, lane, "opportunistic")),
                List.of(new Why("config/domains/example.com.toml:7", "relay", "route")),
                true);
    }

    @Override
    public PolicySet current() {
        return this;
    }

    @Override
    public AutoCloseable listen(Runnable changed) {
        return () -> {};
    }

    @Override
    public long version() {
        return 7;
    }

    @Override
    public Optional<Policy> of(Domain domain) {
        return Optional.ofNullable(policies.get(domain));
    }

    @Override
    public Policy defaults() {
        return defaults;
    }

    @Override
    public List<Domain> domains() {
        return List.copyOf(policies.keySet());
    }

    @Override
    public Routing route(PolicySet set, Question question) {
        asked++;
        String address = question.recipient().folded().toString();
        Routing fixed = routes.get(address);
        if (fixed != null) {
            return fixed;
        }
        Policy policy = policies.get(question.recipient().domain());
        if (policy == null) {
            return new Routing.Foreign(List.of(new Why("", "foreign", "no policy")));
        }
        List<Target> targets = new java.util.ArrayList<>();
        for (String one : aliases.getOrDefault(address, List.of(address))) {
            Account account = accounts.get(one);
            if (account != null) {
                targets.add(new Target.Mailbox(account, account.address(), ""));
            }
        }
        List<Why> why =
                List.of(new Why("config/domains/example.com.toml:3", targets.isEmpty() ? "unknown" : "local", ""));
        return targets.isEmpty() ? new Routing.Unknown(policy, why) : new Routing.To(policy, targets, why, bySize);
    }

    @Override
    public Optional<String> mayNotSendAs(PolicySet set, Account account, MailAddress sender) {
        return sender.equals(account.address()) ? Optional.empty() : Optional.of("it belongs to somebody else");
    }
}
