package org.mutatio.accounts.admin;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.mutatio.accounts.brake.Brake;
import org.mutatio.accounts.directory.AccountDirectory;
import org.mutatio.accounts.directory.AccountDirectory.Holder;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.accounts.password.HashPool;
import org.mutatio.accounts.password.NewPassword;
import org.mutatio.accounts.sasl.Login;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.settings.DataSize;

/// `account list|show|add|set|passwd|disable|enable|remove|unbrake`.
public final class AccountActions {

    private static final Argument ADDRESS = Argument.required("ADDRESS", "the account's address, its log-in name too");

    private static final int LONGEST_NAME = 200;

    private final AccountDirectory directory;
    private final Credentials credentials;
    private final HashPool pool;
    private final Brake brake;
    private final Supplier<Policies> policies;
    private final Supplier<MailStore> store;
    private final InstantSource clock;

    private AccountActions(
            AccountDirectory directory,
            Credentials credentials,
            HashPool pool,
            Brake brake,
            Supplier<Policies> policies,
            Supplier<MailStore> store,
            InstantSource clock) {
        this.directory = directory;
        this.credentials = credentials;
        this.pool = pool;
        this.brake = brake;
        this.policies = policies;
        this.store = store;
        this.clock = clock;
    }

    public static List<Action> all(
            AccountDirectory directory,
            Credentials credentials,
            HashPool pool,
            Brake brake,
            Supplier<Policies> policies,
            Supplier<MailStore> store,
            InstantSource clock) {
        return new AccountActions(directory, credentials, pool, brake, policies, store, clock).all();
    }

    /// Does the work of one action.
    @FunctionalInterface
    private interface Work {
        ActionResult run(ActionCall call)
                throws ActionException, StoreUnavailableException, RefusedChangeException, HashPool.BusyException;
    }

    /// An action as words and work; faults of the store become words for the administrator here.
    private record AccountAction(
            String name, String summary, List<Argument> arguments, String example, boolean changes, Work work)
            implements Action {

        @Override
        public ActionResult run(ActionCall call) throws ActionException {
            try {
                return work.run(call);
            } catch (StoreUnavailableException e) {
                throw ActionException.notNow("the store is not available now: " + e.getMessage());
            } catch (AbsentServiceException e) {
                throw ActionException.notNow("not possible now: " + e.getMessage());
            } catch (HashPool.BusyException e) {
                throw ActionException.notNow("too many passwords are being hashed now: " + e.getMessage());
            } catch (RefusedChangeException e) {
                throw switch (e.refusal()) {
                    case NONEXISTENT -> ActionException.notFound("it is not there any more: " + e.getMessage());
                    case ALREADYEXISTS -> ActionException.data("it is there already: " + e.getMessage());
                    default -> ActionException.data(String.valueOf(e.getMessage()));
                };
            }
        }
    }

    private List<Action> all() {
        Argument generate = Argument.flag("--generate", "make a password and print it, once");
        Argument password = new Argument(
                "--password", Argument.Kind.SECRET, "asked for without echo, or read with --password-stdin");
        Argument quota = Argument.option("--quota", "octets of all its messages, as \"2 GB\"; none: by policy");
        Argument name = Argument.option("--name", "name for people");
        return List.of(
                new AccountAction(
                        "account list",
                        "lists accounts, of one domain or all",
                        List.of(Argument.optional("DOMAIN", "only this one")),
                        "mutatio account list example.org",
                        false,
                        this::list),
                new AccountAction(
                        "account show",
                        "shows one account",
                        List.of(ADDRESS),
                        "mutatio account show ann@example.org",
                        false,
                        this::show),
                new AccountAction(
                        "account add",
                        "makes an account with its mailboxes",
                        List.of(ADDRESS, generate, password, quota, name),
                        "mutatio account add ann@example.org --generate",
                        true,
                        this::add),
                new AccountAction(
                        "account set",
                        "changes an account's quota or name",
                        List.of(ADDRESS, quota, name),
                        "mutatio account set ann@example.org --quota \"5 GB\"",
                        true,
                        this::set),
                new AccountAction(
                        "account passwd",
                        "sets an account's password",
                        List.of(ADDRESS, generate, password),
                        "mutatio account passwd ann@example.org --generate",
                        true,
                        this::passwd),
                new AccountAction(
                        "account disable",
                        "no log-in any more; mail is still taken",
                        List.of(ADDRESS),
                        "mutatio account disable ann@example.org",
                        true,
                        call -> enable(call, false)),
                new AccountAction(
                        "account enable",
                        "lets a disabled account log in again",
                        List.of(ADDRESS),
                        "mutatio account enable ann@example.org",
                        true,
                        call -> enable(call, true)),
                new AccountAction(
                        "account remove",
                        "removes an account with all its mail",
                        List.of(ADDRESS, Argument.flag("--yes", "do it; without it only what would go is shown")),
                        "mutatio account remove ann@example.org --yes",
                        true,
                        this::remove),
                new AccountAction(
                        "account unbrake",
                        "forgets failed log-ins of an account or of a client's address",
                        List.of(Argument.required("WHO", "an account's address or a client's IP address")),
                        "mutatio account unbrake 203.0.113.7",
                        true,
                        this::unbrake));
    }

    private static MailAddress parse(String text) throws ActionException {
        try {
            return MailAddress.parse(text.strip()).folded();
        } catch (IllegalArgumentException e) {
            throw ActionException.usage(
                    "not a mail address (example: ann@example.org): " + text + ": " + e.getMessage());
        }
    }

    /// With the main name of its domain.
    private MailAddress address(ActionCall call) throws ActionException {
        return address(call.require("ADDRESS"));
    }

    private MailAddress address(String text) throws ActionException {
        MailAddress address = parse(text);
        return policies.get()
                .current()
                .of(address.domain())
                .map(policy -> new MailAddress(address.localPart(), policy.domain()))
                .orElse(address);
    }

    private Holder holder(ActionCall call) throws ActionException, StoreUnavailableException {
        MailAddress address = address(call);
        Optional<Holder> holder = directory.holder(address);
        if (holder.isEmpty()) {
            throw ActionException.notFound("no account " + address + " (see `mutatio account list`)");
        }
        return holder.get();
    }

    /// @return empty: by policy, since `none` or nothing was said
    private static OptionalLong quota(ActionCall call) throws ActionException {
        Optional<String> said = call.get("--quota").map(String::strip);
        if (said.isEmpty() || said.get().equals("none")) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(DataSize.parse(said.get()).octets());
        } catch (IllegalArgumentException e) {
            throw ActionException.usage("--quota: " + e.getMessage());
        }
    }

    /// @return empty when nothing is said
    private static String name(ActionCall call) throws ActionException {
        String name = call.get("--name").map(String::strip).orElse("");
        if (name.length() > LONGEST_NAME || !readable(name)) {
            throw ActionException.data("--name: at most " + LONGEST_NAME + " characters, no control characters");
        }
        return name;
    }

    /// No character that moves the cursor of a terminal, turns text around or is not to be seen: what is
    /// written in a list must be what is there.
    private static boolean readable(String text) {
        return text.codePoints().allMatch(Login::readable);
    }

    private ActionResult list(ActionCall call) throws ActionException, StoreUnavailableException {
        Optional<Domain> domain = Optional.empty();
        if (call.get("DOMAIN").isPresent()) {
            try {
                Domain asked = Domain.parse(call.require("DOMAIN"));
                domain = Optional.of(
                        policies.get().current().of(asked).map(Policy::domain).orElse(asked));
            } catch (IllegalArgumentException e) {
                throw ActionException.usage(String.valueOf(e.getMessage()));
            }
        }
        StringBuilder text = new StringBuilder();
        List<Json> rows = new ArrayList<>();
        for (Account account : directory.list(domain)) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-40s %-9s %-10s %s%n",
                    account.address(),
                    account.enabled() ? "enabled" : "disabled",
                    account.quota().map(DataSize::toString).orElse("by policy"),
                    account.displayName()));
            rows.add(json(account));
        }
        return ActionResult.of(
                text.isEmpty() ? "no account" + domain.map(of -> " of " + of).orElse("") + "\n" : text.toString(),
                Json.array(rows));
    }

    private static Json.Obj json(Account account) {
        Json.Obj json = Json.object()
                .with("id", account.id())
                .with("address", account.address().toString())
                .with("name", account.displayName())
                .with("enabled", account.enabled());
        return account.quota().isPresent()
                ? json.with("quota", account.quota().get().octets())
                : json;
    }

    private ActionResult show(ActionCall call) throws ActionException, StoreUnavailableException {
        Holder holder = holder(call);
        Account account = holder.account();
        MailStore.Usage usage = store.get().usage(account.id());
        int mailboxes = store.get().mailboxes(account.id()).size();
        PolicySet set = policies.get().current();
        Optional<DataSize> byPolicy = set.of(account.address().domain()).map(policy -> policy.size("limits.quota"));
        String quota = account.quota()
                .map(own -> own + " (own)")
                .orElseGet(() -> byPolicy.filter(size -> size.octets() > 0)
                        .map(size -> size + " (by policy)")
                        .orElse("none"));
        boolean scram = Credentials.verifier(holder.stored().credentials()).isPresent();
        boolean hash = Credentials.hash(holder.stored().credentials()).isPresent();
        String logIn = hash ? scram ? "password (Argon2id), SCRAM-SHA-256" : "password (Argon2id)" : "no password";
        String text = String.format(
                Locale.ROOT,
                "address    %s%nname       %s%nstate      %s%nlog-in     %s%nquota      %s%nused       %s in %d messages%n"
                        + "mailboxes  %d%ncreated    %s%nid         %d%n",
                account.address(),
                account.displayName().isEmpty() ? "-" : account.displayName(),
                account.enabled() ? "enabled" : "disabled: no log-in, mail is taken",
                logIn,
                quota,
                DataSize.of(usage.octets()),
                usage.messages(),
                mailboxes,
                holder.stored().created(),
                account.id());
        return ActionResult.of(
                text,
                json(account)
                        .with("octets", usage.octets())
                        .with("messages", usage.messages())
                        .with("mailboxes", mailboxes)
                        .with("scram", scram)
                        .with("created", holder.stored().created().toString()));
    }

    /// The new password, and whether it is ours to print.
    private record Chosen(String password, boolean generated) {
        @Override
        public String toString() {
            return "Chosen[]";
        }
    }

    private Chosen choose(ActionCall call, MailAddress owner) throws ActionException {
        Optional<String> given = call.get("--password");
        if (call.flag("--generate")) {
            if (given.isPresent()) {
                throw ActionException.usage("either --generate or a password, not both");
            }
            return new Chosen(NewPassword.generate(credentials.random()), true);
        }
        if (given.isEmpty()) {
            throw ActionException.usage("say --generate, or give a password by --password or --password-stdin");
        }
        Optional<String> weakness = NewPassword.weakness(given.get(), owner);
        if (weakness.isPresent()) {
            throw ActionException.data("the password " + weakness.get() + "; choose another or say --generate");
        }
        return new Chosen(given.get(), false);
    }

    private List<String> hash(Chosen chosen) throws HashPool.BusyException {
        return pool.run(() -> credentials.make(chosen.password()), true);
    }

    private ActionResult add(ActionCall call)
            throws ActionException, StoreUnavailableException, RefusedChangeException, HashPool.BusyException {
        MailAddress asked = parse(call.require("ADDRESS"));
        Optional<Policy> policy = policies.get().current().of(asked.domain());
        if (policy.isEmpty()) {
            throw ActionException.data(
                    asked.domain() + " is no domain of ours; first: mutatio domain add " + asked.domain());
        }
        MailAddress address = new MailAddress(asked.localPart(), policy.get().domain());
        if (!readable(address.localPart())) {
            throw ActionException.data("the name holds control or invisible characters: choose another name");
        }
        String separators = policy.get().text("recipients.separator");
        if (address.localPart().chars().anyMatch(c -> separators.indexOf(c) >= 0)) {
            throw ActionException.data("a character of the name begins a tag here (recipients.separator = \""
                    + separators + "\"): choose another name");
        }
        if (directory.find(address).isPresent()) {
            throw ActionException.data("there is an account " + address + " already");
        }
        OptionalLong quota = quota(call);
        String name = name(call);
        Chosen chosen = choose(call, address);
        Account account = directory.add(
                new StoredAccount(0, address.toString(), name, hash(chosen), quota, true, clock.instant()));
        return told("added " + address, account, chosen);
    }

    private static ActionResult told(String what, Account account, Chosen chosen) {
        String text = what + "\n" + (chosen.generated() ? "password: " + chosen.password() + "  (shown once)\n" : "");
        Json.Obj json = json(account);
        return ActionResult.of(text, chosen.generated() ? json.with("password", chosen.password()) : json);
    }

    private ActionResult passwd(ActionCall call)
            throws ActionException, StoreUnavailableException, RefusedChangeException, HashPool.BusyException {
        Holder holder = holder(call);
        Chosen chosen = choose(call, holder.account().address());
        List<String> fresh = hash(chosen);
        Account account = directory.change(
                holder.stored(),
                former -> changed(former, former.displayName(), fresh, former.quota(), former.enabled()));
        return told("password of " + account.address() + " set", account, chosen);
    }

    private static StoredAccount changed(
            StoredAccount former, String name, List<String> credentials, OptionalLong quota, boolean enabled) {
        return new StoredAccount(former.id(), former.address(), name, credentials, quota, enabled, former.created());
    }

    private ActionResult set(ActionCall call)
            throws ActionException, StoreUnavailableException, RefusedChangeException {
        StoredAccount known = holder(call).stored();
        boolean quotaSaid = call.get("--quota").isPresent();
        boolean nameSaid = call.get("--name").isPresent();
        if (!quotaSaid && !nameSaid) {
            throw ActionException.usage("say --quota or --name");
        }
        OptionalLong quota = quota(call);
        String name = name(call);
        Account account = directory.change(
                known,
                former -> changed(
                        former,
                        nameSaid ? name : former.displayName(),
                        former.credentials(),
                        quotaSaid ? quota : former.quota(),
                        former.enabled()));
        return ActionResult.of(account.address() + " changed\n", json(account));
    }

    private ActionResult enable(ActionCall call, boolean enabled)
            throws ActionException, StoreUnavailableException, RefusedChangeException {
        Account account = directory.change(
                holder(call).stored(),
                former -> changed(former, former.displayName(), former.credentials(), former.quota(), enabled));
        return ActionResult.of(
                account.address()
                        + (enabled ? " can log in again\n" : " cannot log in any more; its mail is still taken\n"),
                json(account));
    }

    private ActionResult remove(ActionCall call)
            throws ActionException, StoreUnavailableException, RefusedChangeException {
        Account account = holder(call).account();
        MailStore.Usage usage = store.get().usage(account.id());
        String what =
                account.address() + " with " + usage.messages() + " messages (" + DataSize.of(usage.octets()) + ")";
        if (!call.flag("--yes")) {
            throw ActionException.usage("would remove " + what + "; say --yes to do it");
        }
        directory.delete(account);
        return ActionResult.of("removed " + what + "\n", json(account));
    }

    private ActionResult unbrake(ActionCall call) throws ActionException {
        String who = call.require("WHO").strip();
        if (who.indexOf('@') >= 0) {
            brake.liftAccount(address(who).toString());
        } else {
            try {
                brake.liftAddress(Brake.network(InetAddress.ofLiteral(who)));
            } catch (IllegalArgumentException e) {
                throw ActionException.usage("neither an account's address nor an IP address: " + who);
            }
        }
        return ActionResult.of(
                "failed log-ins of " + who + " are forgotten\n", Json.object().with("who", who));
    }
}
