package org.mutatio.accounts.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.mutatio.accounts.admin.AccountActions;
import org.mutatio.accounts.brake.Brake;
import org.mutatio.accounts.directory.AccountDirectory;
import org.mutatio.accounts.password.Argon2id;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.accounts.password.HashPool;
import org.mutatio.accounts.sasl.Login;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.sasl.Sasl.Channel;
import org.mutatio.api.state.StateMap;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.store.state.KeyedStates;

/// All of this bundle over a store, with cheap hashes, a clock by hand, and waits that are only written
/// down.
public final class House implements AutoCloseable {

    public static final Argon2id CHEAP = new Argon2id(8, 1, 1);
    public static final int ROUNDS = 4096;

    public final HandClock clock = new HandClock();
    public final SecureRandom random = new SecureRandom();
    public final HashPool pool = new HashPool(2, 200, Duration.ofSeconds(20));
    public final Meters meters = new Meters();
    /// What clients had to wait.
    public final List<Duration> waited = Collections.synchronizedList(new ArrayList<>());

    public final AccountDirectory directory;
    public final Credentials credentials;
    public final Brake brake;
    public final Login login;
    private final List<Action> actions;

    public House(MailStore store) {
        this(store, new Credentials(CHEAP, true, ROUNDS, new SecureRandom()));
    }

    public House(MailStore store, Credentials credentials) {
        this.credentials = credentials;
        StateMap map = new KeyedStates(clock).map("accounts.brake");
        this.directory = new AccountDirectory(() -> store);
        this.brake = new Brake(() -> map, "a secret".getBytes(UTF_8), clock);
        FakePolicies policies = new FakePolicies();
        this.login = new Login(
                directory,
                domain -> domain.equals(FakePolicies.ALIAS) ? FakePolicies.MAIN : domain,
                credentials,
                pool,
                brake,
                Duration.ofMinutes(10),
                random,
                clock,
                meters,
                waited::add);
        this.actions = AccountActions.all(directory, credentials, pool, brake, () -> policies, () -> store, clock);
    }

    public List<Action> actions() {
        return actions;
    }

    /// `run("account add", "ADDRESS", "ann@example.com", "--generate", "true")`.
    public ActionResult run(String name, String... arguments) throws ActionException {
        Map<String, String> given = new java.util.HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            given.put(arguments[i], arguments[i + 1]);
        }
        Action action = actions.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        return action.run(new ActionCall("token", given, _ -> {}));
    }

    public StoredAccount account(String address, String password) {
        return new StoredAccount(
                0, address, "", credentials.make(password), OptionalLong.empty(), true, clock.instant());
    }

    public static Channel tls(String client) {
        return new Channel(InetAddress.ofLiteral(client), true, _ -> Optional.empty(), "smtp", "s1");
    }

    public static Channel plaintext(String client) {
        return new Channel(InetAddress.ofLiteral(client), false, _ -> Optional.empty(), "smtp", "s1");
    }

    /// TLS 1.3: with `tls-exporter` (RFC 9266).
    public static Channel binding(String client, String data) {
        return new Channel(
                InetAddress.ofLiteral(client),
                true,
                type -> type.equals("tls-exporter")
                        ? Optional.of(ByteBuffer.wrap(data.getBytes(UTF_8)).asReadOnlyBuffer())
                        : Optional.empty(),
                "smtp",
                "s1");
    }

    @Override
    public void close() {
        pool.close();
    }
}
