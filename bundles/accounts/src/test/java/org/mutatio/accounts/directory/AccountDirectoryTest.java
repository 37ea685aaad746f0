package org.mutatio.accounts.directory;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.mutatio.accounts.fake.FakeStore;
import org.mutatio.accounts.password.Argon2id;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.current.AbsentServiceException;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;

class AccountDirectoryTest {

    private static final MailAddress ANN = MailAddress.parse("ann@example.com");

    private final FakeStore store = new FakeStore();
    private final AccountDirectory directory = new AccountDirectory(() -> store);

    private static StoredAccount account(String address, String... credentials) {
        return new StoredAccount(
                0,
                address,
                "",
                List.of(credentials),
                OptionalLong.empty(),
                true,
                Instant.parse("2026-07-01T08:00:00Z"));
    }

    private static StoredAccount withQuota(StoredAccount former, long quota) {
        return new StoredAccount(
                former.id(),
                former.address(),
                former.displayName(),
                former.credentials(),
                OptionalLong.of(quota),
                former.enabled(),
                former.created());
    }

    private static String verifier(int rounds) {
        return new Credentials(new Argon2id(8, 1, 1), true, rounds, new SecureRandom())
                .make("correct horse")
                .getLast();
    }

    @Test
    void anAccountIsFoundByItsAddressInAnyCase() throws Exception {
        Account ann = directory.add(account("ann@example.com"));

        assertEquals(Optional.of(ann), directory.find(MailAddress.parse("Ann@EXAMPLE.com")));
        assertEquals(Optional.empty(), directory.find(MailAddress.parse("bo@example.com")));
        assertEquals(1, directory.size());
    }

    @Test
    void nobodyIsUnknownWhileTheStoreIsAway() throws Exception { // case ops-1cb
        Account ann = directory.add(account("ann@example.com"));
        directory.refresh();
        store.writeSomething();
        store.goAway();

        assertEquals(Optional.of(ann), directory.find(ANN));
        MailAddress bo = MailAddress.parse("bo@example.com");
        StoreUnavailableException away = assertThrows(StoreUnavailableException.class, () -> directory.find(bo));
        assertTrue(away.reply().transientFailure());
    }

    @Test
    void withoutAnyStoreTheDirectoryIsAway() {
        AccountDirectory alone = new AccountDirectory(() -> {
            throw new AbsentServiceException("no live MailStore");
        });

        assertThrows(StoreUnavailableException.class, () -> alone.find(ANN));
        assertThrows(StoreUnavailableException.class, () -> alone.list(Optional.empty()));
        assertFalse(alone.loaded());
    }

    @Test
    void whatSomebodyElseAddedIsFoundAtOnceAndWhatHeChangedAfterARefresh() throws Exception {
        directory.refresh();
        StoredAccount ann = store.put(account("ann@example.com"));

        assertTrue(directory.find(ANN).isPresent());

        StoredAccount _ = store.put(withQuota(ann, 7));
        directory.refresh();
        assertEquals(7, directory.find(ANN).orElseThrow().quota().orElseThrow().octets());
    }

    @Test
    void whatIsDeletedIsGoneAtOnce() throws Exception {
        Account ann = directory.add(account("ann@example.com"));
        directory.delete(ann);

        assertEquals(Optional.empty(), directory.find(ANN));
        assertEquals(0, directory.size());
        RefusedChangeException again = assertThrows(RefusedChangeException.class, () -> directory.delete(ann));
        assertEquals(RefusedChangeException.Refusal.NONEXISTENT, again.refusal());
    }

    @Test
    void listIsSortedByDomainThenName() throws Exception {
        for (String address : List.of("cy@example.net", "bo@example.com", "ann@example.net", "ann@example.com")) {
            Account _ = directory.add(account(address));
        }

        assertEquals(
                "[ann@example.com, bo@example.com, ann@example.net, cy@example.net]",
                directory.list(Optional.empty()).stream()
                        .map(Account::address)
                        .toList()
                        .toString());
        assertEquals(
                "[ann@example.net, cy@example.net]",
                directory.list(Optional.of(Domain.parse("example.net"))).stream()
                        .map(Account::address)
                        .toList()
                        .toString());
    }

    @Test
    void manyChangesAtATimeAllStay() throws Exception {
        Account _ = directory.add(withQuota(account("ann@example.com"), 0));
        StoredAccount ann = directory.holder(ANN).orElseThrow().stored();
        List<FutureTask<String>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            FutureTask<String> task = new FutureTask<>(() -> {
                for (int n = 0; n < 50; n++) {
                    Account _ = directory.change(
                            ann, former -> withQuota(former, former.quota().orElseThrow() + 1));
                }
                return "done";
            });
            all.add(task);
            Thread.ofVirtual().start(task);
        }
        for (FutureTask<String> task : all) {
            assertEquals("done", task.get(60, SECONDS));
        }

        assertEquals(
                400, directory.find(ANN).orElseThrow().quota().orElseThrow().octets());
        assertEquals(400, store.account("ann@example.com").orElseThrow().quota().orElseThrow());
    }

    @Test
    void aChangeStartsFromWhatIsStoredNotFromWhatWasSeen() throws Exception {
        Account _ = directory.add(account("ann@example.com"));
        StoredAccount seen = directory.holder(ANN).orElseThrow().stored();
        StoredAccount _ = store.put(new StoredAccount(
                seen.id(), seen.address(), "Ann", seen.credentials(), seen.quota(), false, seen.created()));

        Account changed = directory.change(seen, former -> withQuota(former, 7));

        assertFalse(changed.enabled(), "another one disabled it meanwhile");
        assertEquals("Ann", changed.displayName());
    }

    @Test
    void whatChangesNothingIsNotWritten() throws Exception {
        Account _ = directory.add(account("ann@example.com"));
        int before = store.commits();

        Account _ = directory.change(directory.holder(ANN).orElseThrow().stored(), former -> former);

        assertEquals(before, store.commits());
    }

    @Test
    void anAccountThatWasRemovedAndAddedAgainIsAnotherOne() throws Exception {
        Account first = directory.add(account("ann@example.com"));
        StoredAccount seen = directory.holder(ANN).orElseThrow().stored();
        directory.delete(first);
        Account second = directory.add(account("ann@example.com"));

        RefusedChangeException refused = assertThrows(
                RefusedChangeException.class, () -> directory.change(seen, former -> withQuota(former, 7)));
        assertEquals(RefusedChangeException.Refusal.NONEXISTENT, refused.refusal());
        assertEquals(Optional.of(second), directory.find(ANN));
    }

    @Test
    void oneThatCannotBeUnderstoodServesNobodyAndTheOthersGoOn() throws Exception {
        StoredAccount _ = store.put(account("ann@example.com"));
        StoredAccount _ = store.put(account("no address at all"));
        StoredAccount _ = store.put(withQuota(account("bo@example.com"), -5));
        directory.refresh();

        assertTrue(directory.find(ANN).isPresent());
        assertEquals(1, directory.size());
    }

    @Test
    void whatCouldNotBeUnderstoodIsNotStored() {
        assertThrows(IllegalArgumentException.class, () -> directory.add(account("no address at all")));
        assertThrows(IllegalArgumentException.class, () -> directory.add(withQuota(account("ann@example.com"), -5)));
        assertEquals(0, store.commits());
    }

    @Test
    void aNameThatIsTooLongInLowerCaseIsNobodyAndNoFault() throws Exception {
        // I with a dot: 2 octets, but 3 in lower case; RFC 5321 section 4.5.3.1.1 counts 64
        MailAddress turkish = MailAddress.parse("\u0130".repeat(32) + "@example.com");

        assertEquals(Optional.empty(), directory.find(turkish));
    }

    @Test
    void scramIsForAllWhenEachThatCanLogInHasAVerifier() throws Exception { // case subm-cba
        assertFalse(directory.scramForAll(), "nothing was read yet");
        directory.refresh();
        assertTrue(directory.scramForAll());
        Account _ = directory.add(account("ann@example.com", "$argon2id$x", verifier(4096)));
        Account _ = directory.add(account("nobody@example.com")); // cannot log in
        assertTrue(directory.scramForAll());
        Account bo = directory.add(account("bo@example.com", "$argon2id$x"));
        assertFalse(directory.scramForAll());
        directory.delete(bo);
        assertTrue(directory.scramForAll());
    }

    @Test
    void aTornVerifierIsNone() throws Exception {
        Account _ = directory.add(account("ann@example.com", "$argon2id$x", "$scram-sha-256$i=4096$torn"));

        assertFalse(directory.scramForAll());
        assertEquals(Optional.empty(), directory.holder(ANN).orElseThrow().verifier());
    }

    @Test
    void roundsAreSpreadOverNamesAsOverAccounts() throws Exception {
        assertEquals(OptionalInt.empty(), directory.rounds(0));
        for (int i = 0; i < 4; i++) {
            Account _ = directory.add(account("a" + i + "@example.com", verifier(i == 0 ? 4096 : 5000)));
        }

        assertEquals(OptionalInt.of(4096), directory.rounds(0)); // the first quarter of all numbers
        assertEquals(OptionalInt.of(4096), directory.rounds(0x3fffffff));
        assertEquals(OptionalInt.of(5000), directory.rounds(0x40000000));
        assertEquals(OptionalInt.of(5000), directory.rounds(-1));
    }

    @Test
    void theSecretIsAHashNeverAVerifier() throws Exception {
        Account _ = directory.add(account("ann@example.com", verifier(4096)));
        assertEquals(Optional.empty(), directory.secret());
        Account _ = directory.add(account("bo@example.com", "$argon2id$bo", verifier(4096)));
        Account _ = directory.add(account("cy@example.com", "$argon2id$cy"));

        assertEquals(Optional.of("$argon2id$bo"), directory.secret());
    }
}
