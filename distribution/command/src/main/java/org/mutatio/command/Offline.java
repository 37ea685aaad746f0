package org.mutatio.command;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What can be asked without a server: the bundles' jars are loaded on a plain class path, and the bundle's own action
/// runs here (docs/adr/0012). Nothing on the disk is changed, and no server starts on the home meanwhile.
final class Offline {

    private static final String RESTORE = "store restore";
    private static final Set<String> ACTIONS = Set.of("store verify", "policy check", RESTORE);
    private static final Pattern JAR = Pattern.compile("(.+?)-[0-9][^/]*\\.jar");
    private static final String DOOR = "org.mutatio.api.admin.OfflineCall";

    private final Path distribution;

    Offline(Path distribution) {
        this.distribution = distribution;
    }

    static boolean can(String action) {
        return ACTIONS.contains(action);
    }

    /// What the command is about to do, for the one who watches.
    static String told(String action, Map<String, String> arguments) {
        if (action.equals(RESTORE)) {
            return "restored offline";
        }
        return arguments.containsKey("--fix") ? "repaired offline" : "read offline, nothing is changed";
    }

    /// @throws ExitException 75: a server started meanwhile; 78: the distribution is broken
    AdminClient.Result call(Home home, String action, Map<String, String> arguments, Consumer<String> progress)
            throws ExitException, IOException {
        // A restore makes another home; this one only says which bundles were deployed, and may be what was lost.
        if (!Files.isDirectory(home.folder()) && !action.equals(RESTORE)) {
            throw new ExitException(ExitException.NO_INPUT, "there is no folder " + home.folder());
        }
        // What the bundles log would be mixed with the answer; what matters is in the answer.
        String _ = System.setProperty("slf4j.internal.verbosity", "ERROR");
        String _ = System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        Path lock = home.data().resolve("mutatio.pid");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.READ);
                // The second octet: see the launcher's HomeLock.
                FileLock held = channel.tryLock(1, 1, true)) {
            if (held == null) {
                throw startedMeanwhile(home);
            }
            return run(home, action, arguments, progress);
        } catch (NoSuchFileException e) {
            if (!lock.toString().equals(e.getFile())) {
                throw e;
            }
            // No server ever ran there, and nothing is written to lock it: looked at again at the end.
            AdminClient.Result result = run(home, action, arguments, progress);
            if (home.served()) {
                throw startedMeanwhile(home);
            }
            return result;
        }
    }

    private static ExitException startedMeanwhile(Home home) {
        return new ExitException(
                ExitException.TEMPORARY, "a server started on " + home.folder() + " just now; try again");
    }

    private AdminClient.Result run(Home home, String action, Map<String, String> arguments, Consumer<String> progress)
            throws ExitException, IOException {
        try (URLClassLoader bundles = new URLClassLoader(jars(home), Offline.class.getClassLoader())) {
            Object answer = Class.forName(DOOR, true, bundles)
                    .getMethod("run", ClassLoader.class, Path.class, String.class, Map.class, Consumer.class)
                    .invoke(null, bundles, home.folder(), action, arguments, progress);
            return AdminClient.Result.of(JsonText.read(String.valueOf(answer)));
        } catch (InvocationTargetException e) {
            throw new ExitException(ExitException.SOFTWARE, action + " failed: " + e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new ExitException(
                    ExitException.CONFIGURATION,
                    distribution + " is no whole distribution (" + e + "); unpack the zip again");
        }
    }

    /// The distribution's bundles, and in place of them what was deployed over them, as at a start.
    private URL[] jars(Home home) throws ExitException, IOException {
        Map<String, Path> jars = new TreeMap<>();
        try (Stream<Path> all = Files.list(distribution.resolve("system"))) {
            for (Path jar : all.sorted().toList()) {
                Matcher name = JAR.matcher(String.valueOf(jar.getFileName()));
                if (name.matches()) {
                    jars.put(name.group(1), jar);
                }
            }
        }
        deployed(home).forEach((name, jar) -> {
            if (jars.containsKey(name)) {
                jars.put(name, jar);
            }
        });
        List<URL> urls = new ArrayList<>();
        try {
            for (Path jar : jars.values()) {
                urls.add(jar.toUri().toURL());
            }
        } catch (MalformedURLException e) {
            throw new ExitException(ExitException.CONFIGURATION, "no path for a class path: " + e.getMessage());
        }
        return urls.toArray(URL[]::new);
    }

    /// Of `data/deployments.json`, as `deployer` reads it: those over another distribution count no more.
    private static Map<String, Path> deployed(Home home) throws IOException {
        Map<String, Path> deployed = new TreeMap<>();
        Path book = home.data().resolve("deployments.json");
        if (Files.exists(book)
                && JsonText.read(Files.readString(book, StandardCharsets.UTF_8)) instanceof Map<?, ?> root
                && Version.text().equals(root.get("distribution"))
                && root.get("bundles") instanceof Map<?, ?> bundles) {
            bundles.forEach((name, versions) -> {
                if (versions instanceof List<?> list
                        && !list.isEmpty()
                        && list.getFirst() instanceof Map<?, ?> current) {
                    Path jar = home.data().resolve("bundles").resolve(String.valueOf(current.get("jar")));
                    if (Files.isRegularFile(jar)) {
                        deployed.put(String.valueOf(name), jar);
                    }
                }
            });
        }
        return deployed;
    }
}
