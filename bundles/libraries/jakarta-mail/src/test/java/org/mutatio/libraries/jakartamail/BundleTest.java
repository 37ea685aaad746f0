package org.mutatio.libraries.jakartamail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;

class BundleTest {

    @TempDir
    Path cache;

    /// Sees Jakarta Mail only through the bundle, like a plugin that imports its packages.
    private static final class PluginLoader extends ClassLoader {
        private final Bundle bundle;

        PluginLoader(Bundle bundle) {
            super(ClassLoader.getPlatformClassLoader());
            this.bundle = bundle;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (!name.equals(MultipartProbe.class.getName())) {
                return bundle.loadClass(name);
            }
            String file = "/" + name.replace('.', '/') + ".class";
            try (InputStream octets = MultipartProbe.class.getResourceAsStream(file)) {
                byte[] code = assertNotNull(octets, file).readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (java.io.IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        private static InputStream assertNotNull(@org.jspecify.annotations.Nullable InputStream octets, String file)
                throws ClassNotFoundException {
            if (octets == null) {
                throw new ClassNotFoundException(file);
            }
            return octets;
        }
    }

    @Test
    void aPluginWritesAndReadsAMultipartThroughIt() throws Exception {
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of("org.osgi.framework.storage", cache.toString(), "felix.log.level", "1"));
        framework.start();
        try {
            String classes = Path.of("target/classes").toAbsolutePath().toUri().toString();
            Bundle bundle = framework.getBundleContext().installBundle("reference:" + classes);
            bundle.start();
            assertEquals(Bundle.ACTIVE, bundle.getState());
            ClassLoader plugin = new PluginLoader(bundle);
            @SuppressWarnings("unchecked") // that is what the probe is
            Callable<String> probe = (Callable<String>) plugin.loadClass(MultipartProbe.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            // as on a thread of ours, with the context class loader around the library
            assertEquals("Grüße|2|héllo|a.bin|3|true", run(probe, bundleLoader(bundle)));
            // as on a thread of the plugin's bulkhead, and where nobody has set one
            assertEquals("Grüße|2|héllo|a.bin|3|true", run(probe, plugin));
            assertEquals("Grüße|2|héllo|a.bin|3|true", run(probe, ClassLoader.getPlatformClassLoader()));
            assertNotNull(bundle.getEntry("META-INF/services/jakarta.mail.Provider"));
            assertNotNull(bundle.getEntry("META-INF/jakarta.mailcap"));
        } finally {
            framework.stop();
            framework.waitForStop(10_000);
        }
    }

    private static String run(Callable<String> probe, ClassLoader context) throws Exception {
        FutureTask<String> task = new FutureTask<>(probe);
        Thread.ofVirtual()
                .unstarted(() -> {
                    Thread.currentThread().setContextClassLoader(context);
                    task.run();
                })
                .start();
        return task.get(20, TimeUnit.SECONDS);
    }

    private static ClassLoader bundleLoader(Bundle bundle) {
        return bundle.adapt(org.osgi.framework.wiring.BundleWiring.class).getClassLoader();
    }
}
