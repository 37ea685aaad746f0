package org.mutatio.current;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mutatio.api.deploy.Live;

class CurrentTest {
    private static final String STORE = "org.mutatio.store";
    private static final Duration LONG = Duration.ofSeconds(10);

    /// What is lent; two of a name are equal, as two versions of a bundle may say of their services.
    private record Service(String name) {}

    private final Current<Service> current = new Current<>(Service.class);

    private Service arrive(String name, String symbolicName, long bundleId) {
        Service service = new Service(name);
        current.arrive(service, symbolicName, bundleId);
        return service;
    }

    @Test
    void withoutAnyTableTheNewestArrivalIsLent() {
        assertEquals(Optional.empty(), current.now());
        Service one = arrive("one", STORE, 1);
        Service two = arrive("two", STORE, 2);
        assertSame(two, current.lend());
        assertEquals(Optional.of(two), current.now());
        assertEquals(List.of(one, two), current.all());
        current.leave(two);
        assertSame(one, current.lend());
    }

    @Test
    void aStagedBundleIsLentToNobodyUntilItIsLive() {
        TestTable table = new TestTable().switchTo(STORE, 1);
        current.follow(table);
        Service live = arrive("live", STORE, 1);
        Service staged = arrive("staged", STORE, 2);
        assertEquals(List.of(live), current.all());
        table.switchTo(STORE, 2);
        assertEquals(List.of(staged), current.all());
        table.switchTo(STORE, 1); // a rollback
        assertEquals(List.of(live), current.all());
    }

    @Test
    void eachNameHasItsOwnLiveBundleAndAnUnknownOneIsLive() {
        TestTable table = new TestTable().switchTo("org.example.a", 1).switchTo("org.example.b", 3);
        Service a = arrive("a", "org.example.a", 1);
        Service _ = arrive("a staged", "org.example.a", 2);
        Service b = arrive("b", "org.example.b", 3);
        Service unknown = arrive("unknown", "org.example.c", 4);
        current.follow(table);
        assertEquals(List.of(a, b, unknown), current.all());
        assertSame(unknown, current.lend());
    }

    @Test
    void severalServicesOfOneBundleAreAllLent() {
        Service one = arrive("one", STORE, 1);
        Service two = arrive("two", STORE, 1);
        current.follow(new TestTable().switchTo(STORE, 1));
        assertEquals(List.of(one, two), current.all());
    }

    @Test
    void thatVeryServiceLeavesAndNotItsEqual() {
        Service old = arrive("same", STORE, 1);
        Service fresh = arrive("same", STORE, 2);
        assertEquals(old, fresh);
        current.leave(old);
        assertSame(fresh, current.lend());
        current.leave(old); // once more: nothing
        assertEquals(1, current.all().size());
    }

    @Test
    void aListThatWasLentDoesNotChangeUnderItsReader() {
        Service one = arrive("one", STORE, 1);
        List<Service> before = current.all();
        current.leave(one);
        assertEquals(List.of(one), before);
        assertThrows(UnsupportedOperationException.class, before::clear);
    }

    // -- while nobody gives Live

    @Test
    void theLastAnswersStayWhileNobodyGivesTheTable() {
        TestTable table = new TestTable().switchTo(STORE, 1);
        current.follow(table);
        Service live = arrive("live", STORE, 1);
        current.unfollow(table);
        Service _ = arrive("staged", STORE, 2);
        Service other = arrive("other", "org.example.other", 3);
        assertEquals(List.of(live, other), current.all());
    }

    @Test
    void whatWasNotLiveStaysSoWhenTheTableGoes() {
        TestTable table = new TestTable().switchTo(STORE, -1); // nobody of that name, while it is staged
        current.follow(table);
        Service staged = arrive("staged", STORE, 2);
        current.unfollow(table);
        assertEquals(Optional.empty(), current.now());
        Service again = arrive("staged once more", STORE, 2);
        assertEquals(Optional.empty(), current.now());
        current.leave(staged);
        assertEquals(Optional.empty(), current.now());
        current.follow(new TestTable().switchTo(STORE, 2));
        assertSame(again, current.lend());
    }

    @Test
    void aSwitchWhileNoCandidateIsThereIsRemembered() {
        TestTable table = new TestTable().switchTo(STORE, 1);
        current.follow(table);
        current.leave(arrive("first", STORE, 1));
        table.switchTo(STORE, 2);
        current.unfollow(table);
        Service _ = arrive("first again", STORE, 1);
        assertEquals(Optional.empty(), current.now());
        Service second = arrive("second", STORE, 2);
        assertEquals(List.of(second), current.all());
    }

    @Test
    void ofTwoTablesTheNewerIsAsked() {
        Service one = arrive("one", STORE, 1);
        Service two = arrive("two", STORE, 2);
        TestTable old = new TestTable().switchTo(STORE, 1);
        TestTable fresh = new TestTable().switchTo(STORE, 1);
        current.follow(old);
        current.follow(fresh);
        fresh.switchTo(STORE, 2);
        assertEquals(List.of(two), current.all());
        old.switchTo(STORE, 1); // says what it says
        assertEquals(List.of(two), current.all());
        current.unfollow(old);
        assertEquals(List.of(two), current.all());
        fresh.switchTo(STORE, 1);
        assertEquals(List.of(one), current.all());
    }

    @Test
    void whenTheNewerTableGoesTheOlderIsHeardAgain() { // a swap of the deployer that was rolled back
        Service one = arrive("one", STORE, 1);
        Service two = arrive("two", STORE, 2);
        TestTable old = new TestTable().switchTo(STORE, 1);
        TestTable fresh = new TestTable().switchTo(STORE, 2);
        current.follow(old);
        current.follow(fresh);
        assertEquals(List.of(two), current.all());
        current.unfollow(fresh);
        assertEquals(List.of(one), current.all());
        old.switchTo(STORE, 2);
        assertEquals(List.of(two), current.all());
    }

    @Test
    void aTableThatGoesIsLetGo() {
        TestTable table = new TestTable().switchTo(STORE, 1);
        Service live = arrive("live", STORE, 1);
        current.follow(table);
        assertEquals(1, table.listeners());
        current.unfollow(table);
        assertEquals(0, table.listeners());
        current.unfollow(table); // once more: nothing
        table.switchTo(STORE, 7);
        assertEquals(List.of(live), current.all());
    }

    @Test
    void aTableThatDoesNotLetGoIsNamedAndNotAskedAgain() {
        AtomicBoolean gone = new AtomicBoolean();
        Live stubborn = new Live() {
            @Override
            public OptionalLong bundle(String symbolicName) {
                return OptionalLong.of(1);
            }

            @Override
            public boolean live(String symbolicName, long bundleId) {
                assertTrue(!gone.get(), "asked after it went");
                return bundleId == 1;
            }

            @Override
            public AutoCloseable listen(Runnable changed) {
                return () -> {
                    throw new IllegalStateException("stubborn, for this test");
                };
            }
        };
        Service live = arrive("live", STORE, 1);
        current.follow(stubborn);
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> current.unfollow(stubborn));
        assertEquals("the table of live bundles did not let go", e.getMessage());
        gone.set(true);
        Service _ = arrive("staged", STORE, 2);
        assertEquals(List.of(live), current.all());
    }

    /// The class loader of a bundle that was replaced lives as long as one of its objects is held.
    @Test
    void aServiceThatLeftIsNotHeld() {
        TestTable table = new TestTable().switchTo(STORE, 1);
        current.follow(table);
        WeakReference<Service> left = comeAndGo(table);
        long end = System.nanoTime() + LONG.toNanos();
        while (left.get() != null && System.nanoTime() < end) {
            System.gc();
        }
        assertNull(left.get(), "still held");
    }

    private WeakReference<Service> comeAndGo(Live table) {
        Service service = arrive("gone soon", STORE, 1);
        assertSame(service, current.lend());
        current.unfollow(table); // nobody judges anew when it leaves
        current.leave(service);
        return new WeakReference<>(service);
    }

    // -- waiting

    @Test
    void whenNobodyComesTheMissingServiceIsNamed() {
        AbsentServiceException e =
                assertThrows(AbsentServiceException.class, () -> current.lend(Duration.ofMillis(20)));
        assertEquals("no live Service came within 20 ms", e.getMessage());
        assertThrows(AbsentServiceException.class, () -> current.lend(Duration.ZERO));
        assertThrows(AbsentServiceException.class, () -> current.lend(Duration.ofSeconds(-1)));
    }

    @Test
    void aStagedOneEndsNoWait() {
        current.follow(new TestTable().switchTo(STORE, 1));
        Service _ = arrive("staged", STORE, 2);
        assertThrows(AbsentServiceException.class, () -> current.lend(Duration.ofMillis(20)));
    }

    /// A thread that waits for the service, and what came of it.
    private final class Borrower {
        final BlockingQueue<Object> came = new LinkedBlockingQueue<>();
        final Thread thread;

        Borrower(Duration wait) throws InterruptedException {
            thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    came.add(current.lend(wait));
                } catch (AbsentServiceException e) {
                    came.add(Thread.currentThread().isInterrupted() ? "interrupted" : e);
                }
            });
            long end = System.nanoTime() + LONG.toNanos();
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                assertTrue(System.nanoTime() < end && thread.isAlive(), "does not wait");
                Thread.onSpinWait();
            }
        }

        Object answer() throws InterruptedException {
            Object answer = came.poll(10, TimeUnit.SECONDS);
            assertNotNull(answer, "still waiting");
            return answer;
        }
    }

    @Test
    void anArrivalEndsAllWaits() throws InterruptedException {
        Borrower one = new Borrower(LONG);
        Borrower other = new Borrower(Duration.ofSeconds(Long.MAX_VALUE)); // longer than nanoseconds can say
        Service service = arrive("service", STORE, 1);
        assertSame(service, one.answer());
        assertSame(service, other.answer());
    }

    @Test
    void aSwitchEndsAWait() throws InterruptedException {
        TestTable table = new TestTable().switchTo(STORE, 1);
        current.follow(table);
        Service staged = arrive("staged", STORE, 2);
        Borrower waiting = new Borrower(LONG);
        table.switchTo(STORE, 2);
        assertSame(staged, waiting.answer());
    }

    @Test
    void anInterruptEndsAWaitAndIsNotLost() throws InterruptedException {
        Borrower waiting = new Borrower(LONG);
        waiting.thread.interrupt();
        assertEquals("interrupted", waiting.answer());
    }

    /// Swaps as the deployer does them, while others borrow: nobody is left without, and nobody gets one that was
    /// not live any more before he asked.
    @Test
    void underSwapsEverybodyGetsOneThatIsLive() throws InterruptedException {
        Current<Long> versions = new Current<>(Long.class);
        TestTable table = new TestTable().switchTo(STORE, 0);
        versions.follow(table);
        Long first = 0L;
        versions.arrive(first, STORE, 0);
        AtomicLong live = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong lent = new AtomicLong();
        AtomicReference<@Nullable String> wrong = new AtomicReference<>();
        List<Thread> borrowers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            borrowers.add(Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    long atLeast = live.get();
                    try {
                        long got = versions.lend(LONG);
                        lent.incrementAndGet();
                        if (got < atLeast) {
                            wrong.set("lent " + got + " when " + atLeast + " was live");
                        }
                    } catch (AbsentServiceException e) {
                        wrong.set(e.toString());
                    }
                }
            }));
        }
        Long old = first;
        for (long version = 1; version <= 2_000; version++) {
            Long fresh = version;
            versions.arrive(fresh, STORE, version);
            table.switchTo(STORE, version);
            live.set(version);
            versions.leave(old);
            old = fresh;
        }
        while (lent.get() == 0 && wrong.get() == null) {
            Thread.onSpinWait();
        }
        over.set(true);
        for (Thread borrower : borrowers) {
            borrower.join(10_000);
        }
        assertNull(wrong.get());
    }
}
