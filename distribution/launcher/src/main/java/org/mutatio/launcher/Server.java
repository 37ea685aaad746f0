package org.mutatio.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mutatio.vault.ChannelVault;
import org.mutatio.vault.SocketVault;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The framework with its boot bundles, from [#begin] to [#end].
///
/// Services of JDK types tie it to the bundles: the launcher gives an [IntConsumer] with `mutatio.role=exit` (the
/// server must end, with that exit code) and a [Supplier] with `mutatio.role=last-errors` (lines of the log);
/// `deployer` gives a [Runnable] with `mutatio.role=shutdown` (drain and stop what you started; has
/// [#SHUTDOWN_SECONDS]).
final class Server implements AutoCloseable {
    /// All of the shutdown's drain; systemd's TimeoutStopSec is 60.
    private static final long SHUTDOWN_SECONDS = 40;

    private final Logger log = LoggerFactory.getLogger(Server.class);
    private final Places places;
    private final ChannelVault vault;
    private final HomeLock lock;
    private final Supplier<List<String>> errors;
    private final long begun;
    private final Framework framework;
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicBoolean ending = new AtomicBoolean();
    private volatile int exitCode;

    /// @param lock held on the home; closed at the end
    /// @param errors the last warnings and errors of the log
    /// @param begun [System#nanoTime] of the start
    Server(Places places, ChannelVault vault, HomeLock lock, Supplier<List<String>> errors, long begun) {
        this.places = places;
        this.vault = vault;
        this.lock = lock;
        this.errors = errors;
        this.begun = begun;
        this.framework = new org.apache.felix.framework.FrameworkFactory().newFramework(properties(places));
    }

    private static Map<String, String> properties(Places places) {
        Map<String, String> properties = new HashMap<>();
        properties.put(
                Constants.FRAMEWORK_STORAGE,
                places.data().resolve("bundle-cache").toString());
        // The recorded set is what counts, a stale cache can do no harm: case osgi-197.
        properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        // Felix refuses the same name and version beside the old one otherwise.
        properties.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        properties.put(
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                "org.slf4j;version=2.0.20,org.slf4j.event;version=2.0.20,org.slf4j.helpers;version=2.0.20,"
                        + "org.slf4j.spi;version=2.0.20,org.mutatio.vault;version=1.0.0");
        properties.put("felix.shutdown.hook", "false");
        properties.put("felix.cache.locking", "false"); // data/mutatio.pid is the lock
        properties.put("felix.log.level", "1");
        properties.put("ds.loglevel", "warn");
        properties.put("ds.showerrors", "false");
        properties.put("org.apache.felix.log.storeDebug", "false");
        properties.put("mutatio.home", places.home().toString());
        properties.put("mutatio.distribution", places.distribution().toString());
        properties.put("mutatio.version", Version.text());
        return properties;
    }

    /// @throws StartFailure 70, a boot bundle does not start: the distribution is broken
    void begin(List<Path> boot) throws StartFailure {
        Path current = places.system();
        try {
            framework.init();
            BundleContext context = framework.getBundleContext();
            context.registerService(SocketVault.class, vault, null);
            context.registerService(IntConsumer.class, (IntConsumer) this::askedToEnd, role("exit"));
            context.registerService(Supplier.class, errors, role("last-errors"));
            List<Bundle> bundles = new ArrayList<>();
            for (Path jar : boot) {
                current = jar;
                // In place, not copied: the distribution is read only and data/bundles is written once.
                bundles.add(context.installBundle("reference:" + jar.toUri().toURL()));
            }
            framework.start();
            for (int i = 0; i < bundles.size(); i++) {
                current = boot.get(i);
                bundles.get(i).start();
            }
            log.info(
                    "event=framework-started version={} java={} home={} ms={}",
                    Version.text(),
                    Runtime.version(),
                    places.home(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        } catch (BundleException | java.net.MalformedURLException e) {
            throw new StartFailure(70, current + " does not start: " + e.getMessage() + "; unpack the zip again");
        }
    }

    private static Dictionary<String, String> role(String role) {
        return FrameworkUtil.asDictionary(Map.of("mutatio.role", role));
    }

    private void askedToEnd(int code) {
        exitCode = code;
        asked.countDown();
    }

    /// Waits until somebody asks for the end.
    ///
    /// @return the exit code
    int await() {
        try {
            asked.await();
        } catch (InterruptedException _) {
            log.warn("event=interrupted reason=\"the main thread was interrupted; ending\"");
        }
        return exitCode;
    }

    /// Once; a second caller waits for the first.
    void end() {
        if (!ending.compareAndSet(false, true)) {
            awaitEnded();
            return;
        }
        try {
            vault.beginClosing();
            asked.countDown();
            shutDownDeployer();
            framework.stop();
            framework.waitForStop(TimeUnit.SECONDS.toMillis(10));
            vault.close();
            lock.close();
            log.info("event=stopped exit={}", exitCode);
        } catch (Exception e) {
            log.error("event=stop-failed reason=\"{}\"", e.toString(), e);
        } finally {
            Logs.end();
            ended.countDown();
        }
    }

    private void awaitEnded() {
        try {
            if (!ended.await(SHUTDOWN_SECONDS + 15, TimeUnit.SECONDS)) {
                System.err.println("mutatio: the end takes too long; leaving");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void shutDownDeployer() throws InterruptedException {
        Runnable shutdown = deployerShutdown();
        if (shutdown == null) {
            return;
        }
        Thread worker = Thread.ofPlatform().daemon().name("mutatio-drain").start(shutdown);
        worker.join(TimeUnit.SECONDS.toMillis(SHUTDOWN_SECONDS));
        if (worker.isAlive()) {
            log.warn("event=drain-too-long seconds={}", SHUTDOWN_SECONDS);
        }
    }

    private @Nullable Runnable deployerShutdown() {
        BundleContext context = framework.getBundleContext();
        if (context == null) {
            return null;
        }
        try {
            for (ServiceReference<Runnable> reference :
                    context.getServiceReferences(Runnable.class, "(mutatio.role=shutdown)")) {
                return context.getService(reference);
            }
            return null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        end();
    }
}
