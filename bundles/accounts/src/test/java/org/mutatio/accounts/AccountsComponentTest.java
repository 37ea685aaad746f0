package org.mutatio.accounts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mutatio.accounts.fake.FakePolicies;
import org.mutatio.accounts.fake.FakeStore;
import org.mutatio.accounts.fake.House;
import org.mutatio.accounts.password.Argon2id;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.api.store.MailStore;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.sdk.health.Health;
import org.mutatio.sdk.mail.MailAddress;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/// The component as SCR would drive it, and its settings.
@Timeout(60)
class AccountsComponentTest {

    private static final long HEAP = 128L << 20;

    private final List<Action> registered = new ArrayList<>();

    private static AccountsConfig config(Map<String, Object> values) {
        return (AccountsConfig) Proxy.newProxyInstance(
                AccountsConfig.class.getClassLoader(),
                new Class<?>[] {AccountsConfig.class},
                (_, method, _) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private BundleContext context() {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(), new Class<?>[] {BundleContext.class}, (_, method, arguments) -> {
                    assertEquals("registerService", method.getName());
                    Action action = (Action) arguments[1];
                    registered.add(action);
                    return Proxy.newProxyInstance(
                            ServiceRegistration.class.getClassLoader(),
                            new Class<?>[] {ServiceRegistration.class},
                            (_, _, _) -> {
                                assertTrue(registered.remove(action), "unregistered twice");
                                return null;
                            });
                });
    }

    @SuppressWarnings("unchecked") // a proxy for a parameterised interface
    private static <T> ServiceReference<T> from(String name) {
        Object bundle = Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (_, method, _) -> method.getName().equals("getBundleId") ? (Object) 7L : name);
        return (ServiceReference<T>) Proxy.newProxyInstance(
                ServiceReference.class.getClassLoader(), new Class<?>[] {ServiceReference.class}, (_, _, _) -> bundle);
    }

    @Test
    void defaults() {
        AccountsSettings settings = AccountsSettings.of(config(Map.of()), HEAP);

        assertEquals(new AccountsSettings(Argon2id.STANDARD, true, 20_000, 2, 64, Duration.ofMinutes(10)), settings);
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource({
        "hashThreads,     0,       hash-threads = 0",
        "hashThreads,     -1,      hash-threads = -1",
        "hashQueue,       -1,      hash-queue = -1",
        "hashPasses,      0,       'hash-memory, hash-passes'",
        "hashMemory,      1 KiB,   'hash-memory, hash-passes'",
        "hashMemory,      much,    hash-memory = \"much\"",
        "hashMemory,      33 MiB,  half of the heap", // two at once, of 128 MiB
        "scramIterations, 4095,    scram-iterations = 4095", // RFC 7677 section 4
        "scramIterations, 2000000000, scram-iterations",
        "cache,           soon,    cache = \"soon\"",
        "cache,           2 d,     at most a day"
    })
    void aBadSettingIsNamedAtOnce(String setting, String value, String named) {
        boolean number = value.matches("-?[0-9]+");
        AccountsConfig bad = config(Map.of(setting, number ? (Object) Integer.parseInt(value) : value));

        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> AccountsSettings.of(bad, HEAP));
        assertTrue(String.valueOf(refused.getMessage()).contains(named), refused.getMessage());
    }

    @Test
    void aTableIsReadBeforeItIsInForce() {
        AccountsSettingsCheck check = new AccountsSettingsCheck();
        check.read(Map.of("hashThreads", 1L, "cache", "5 m"));

        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> check.read(Map.of("scramIterations", 1_000L)));
        assertTrue(String.valueOf(refused.getMessage()).contains("scram-iterations = 1000"), refused.getMessage());
    }

    @Test
    void withoutAStoreItSaysSoAndComesToLifeWithOne() throws Exception {
        AccountsComponent component = new AccountsComponent(config(Map.of("hashMemory", "8 KiB")), context());
        assertEquals(9, registered.size());
        FakeStore store = new FakeStore();
        component.bindMailStore(store, from("org.mutatio.store"));
        component.bindPolicies(new FakePolicies(), from("org.mutatio.router"));
        assertTrue(component.probe().toString().contains("no account yet"));

        ActionCall call = new ActionCall(
                "token", Map.of("ADDRESS", "ann@example.com", "--password", "correct horse battery"), _ -> {});
        var _ = action("account add").run(call);

        assertEquals(Health.ok("1 accounts"), component.probe());
        assertTrue(component.find(MailAddress.parse("ann@example.com")).isPresent());
        assertEquals(1, component.list(Optional.empty()).size());
        assertEquals(List.of("SCRAM-SHA-256", "PLAIN", "LOGIN"), component.mechanisms(House.tls("203.0.113.7")));
        assertInstanceOf(
                SaslStep.Success.class,
                component.login("Ann@example.net", "correct horse battery", House.tls("203.0.113.7")));
        assertTrue(component.samples().toString().contains("mutatio_auth_total"));

        store.goAway();
        store.writeSomething();
        assertTrue(component.probe().toString().contains("cannot be read"));
        component.stop();
    }

    private Action action(String name) {
        return registered.stream()
                .filter(action -> action.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void afterwardsNothingOfItIsLeftAndLateComersAreToldNotNow() throws Exception {
        AccountsComponent component = new AccountsComponent(config(Map.of("hashMemory", "8 KiB")), context());
        FakeStore store = new FakeStore();
        StoredAccount _ = store.put(new StoredAccount(
                0,
                "ann@example.com",
                "",
                new Credentials(House.CHEAP, true, 20_000, new java.security.SecureRandom()).make("correct horse"),
                java.util.OptionalLong.empty(),
                true,
                java.time.Instant.EPOCH));
        component.bindMailStore(store, from("org.mutatio.store"));
        Map<String, Action> actions = new HashMap<>();
        registered.forEach(action -> actions.put(action.name(), action));

        component.stop();

        assertEquals(List.of(), registered);
        // A session that still holds this version while the next one starts.
        SaslStep.Failure late = assertInstanceOf(
                SaslStep.Failure.class, component.login("ann@example.com", "correct horse", House.tls("203.0.113.7")));
        assertEquals(454, late.reply().code());
        component.bindPolicies(new FakePolicies(), from("org.mutatio.router"));
        Action add = Optional.ofNullable(actions.get("account add")).orElseThrow();
        ActionException refused = assertThrows(
                ActionException.class,
                () -> add.run(
                        new ActionCall("token", Map.of("ADDRESS", "bo@example.com", "--generate", "true"), _ -> {})));
        assertEquals(75, refused.exitCode());
        assertFalse(store.account("bo@example.com").isPresent());
    }

    @Test
    void servicesMayComeAndGo() {
        AccountsComponent component = new AccountsComponent(config(Map.of("hashMemory", "8 KiB")), context());
        FakeStore store = new FakeStore();
        ServiceReference<MailStore> storeRef = from("org.mutatio.store");
        ServiceReference<Policies> policiesRef = from("org.mutatio.router");
        FakePolicies policies = new FakePolicies();
        component.bindMailStore(store, storeRef);
        component.bindPolicies(policies, policiesRef);
        component.unbindPolicies(policies);
        component.unbindMailStore(store);
        FakeStore next = new FakeStore();
        component.bindMailStore(next, storeRef);

        assertTrue(component.probe().toString().contains("no account yet"));
        component.stop();
    }
}
