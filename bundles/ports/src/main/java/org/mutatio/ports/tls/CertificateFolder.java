package org.mutatio.ports.tls;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps [Certificates] true to `config/tls/<name>/{fullchain.pem,privkey.pem}` (or certbot's
/// `config/tls/live/<name>/`).
///
/// It looks at times and sizes of the files a second apart (a watch service does not see that certbot's
/// links lead elsewhere) and reads a pair only when it has changed and then stood still for one look:
/// so key and certificate may be replaced in either order. A pair that is broken or does not match is
/// refused with one loud line, and the old one serves on. Sessions that are open are not touched by
/// anything here.
///
/// Threads: looked at by the housekeeper, renamed by OSGi's threads, under one lock; handshakes read two
/// volatiles.
public final class CertificateFolder {
    private static final Logger log = LoggerFactory.getLogger(CertificateFolder.class);
    private static final String CHAIN = "fullchain.pem";
    static final String KEY = "privkey.pem";
    private static final long LARGEST_FILE = 1 << 20;
    /// The self-signed one is made anew that long before its end.
    private static final Duration RENEW_BEFORE = Duration.ofDays(14);
    /// A look takes at most this part of the time: with thousands of folders they come less often.
    private static final int LOOKS_SHARE = 50;

    /// How both files looked.
    private record Print(String chain, String key) {
        static Print of(Path folder) throws IOException {
            return new Print(of(folder, CHAIN), of(folder, KEY));
        }

        private static String of(Path folder, String name) throws IOException {
            var file = folder.resolve(name);
            try {
                var attributes = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class);
                return attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS) + "/"
                        + attributes.size() + "/" + attributes.fileKey();
            } catch (NoSuchFileException _) {
                return "";
            }
        }

        boolean whole() {
            return !chain.isEmpty() && !key.isEmpty();
        }
    }

    private static final class Known {
        Print seen; // at the last look

        @Nullable
        Print judged; // of the last attempt to read it

        @Nullable
        Certificate certificate;

        /// Why the files are not taken; empty: they are.
        String problem = "";

        Known(Print seen) {
            this.seen = seen;
        }
    }

    private final Path configured;
    private final Path own;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Map<String, Known> known = new TreeMap<>();
    /// What was last said of a certificate's expiry, by its id.
    private final Map<String, Long> told = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private String hostName;
    private @Nullable Certificate selfSigned;
    private int loads;
    private long nextLook; // nanoTime; the housekeeper's alone
    private volatile Certificates current = Certificates.EMPTY;
    /// A handshake that chose its certificate just before a change asks once more by its id.
    private volatile Certificates former = Certificates.EMPTY;

    /// @param configured `config/tls`, may be absent
    /// @param own `data/tls`: where the self-signed one lies
    /// @param hostName of this server: the name in the self-signed one, and the folder for clients that
    ///     name no
    ///     server
    public CertificateFolder(Path configured, Path own, String hostName, InstantSource clock, SecureRandom random) {
        this.configured = configured;
        this.own = own;
        this.hostName = hostName;
        this.clock = clock;
        this.random = random;
        this.nextLook = System.nanoTime();
    }

    Certificates current() {
        return current;
    }

    @Nullable
    Certificate byId(String id) {
        var found = current.byId(id);
        return found != null ? found : former.byId(id);
    }

    /// The first look: everything is read at once.
    public void load() throws IOException {
        refresh(true);
    }

    /// The server's name changed.
    public void hostName(String next) throws IOException {
        lock.lock();
        try {
            if (!next.equals(hostName)) {
                hostName = next;
                publish();
            }
        } finally {
            lock.unlock();
        }
    }

    /// A later look; call it each second.
    public void look() throws IOException {
        refresh(false);
    }

    /// A later look, unless the last one took so long that it is not time yet; call it each second.
    public void lookAtLeisure() throws IOException {
        var begin = System.nanoTime();
        if (begin - nextLook < 0) {
            return;
        }
        look();
        var end = System.nanoTime();
        nextLook = end + (end - begin) * LOOKS_SHARE;
    }

    private void refresh(boolean atOnce) throws IOException {
        lock.lock();
        try {
            refreshAll(atOnce);
        } finally {
            lock.unlock();
        }
    }

    private void refreshAll(boolean atOnce) throws IOException {
        var folders = folders();
        var changed = atOnce;
        for (var gone = known.entrySet().iterator(); gone.hasNext(); ) {
            var entry = gone.next();
            if (!folders.containsKey(entry.getKey())) {
                gone.remove();
                changed |= entry.getValue().certificate != null;
                log.info("event=certificate-removed name={}", entry.getKey());
            }
        }
        for (var folder : folders.entrySet()) {
            changed |= refresh(folder.getKey(), folder.getValue(), atOnce);
        }
        if (changed) {
            publish();
        }
    }

    private boolean refresh(String name, Path folder, boolean atOnce) throws IOException {
        var print = Print.of(folder);
        var entry = known.get(name);
        if (entry == null) {
            entry = new Known(print);
            known.put(name, entry);
            if (!atOnce) {
                return false;
            }
        }
        var still = print.equals(entry.seen);
        entry.seen = print;
        if (!still || print.equals(entry.judged)) {
            return false;
        }
        entry.judged = print;
        if (!print.whole()) {
            refused(name, entry, "wants both " + CHAIN + " and " + KEY);
            return false;
        }
        try {
            entry.certificate = read(name, folder);
            entry.problem = "";
            return true;
        } catch (IOException | RuntimeException e) { // parsers of other people throw what they like
            refused(name, entry, String.valueOf(e.getMessage()));
            return false;
        }
    }

    private static void refused(String name, Known entry, String reason) {
        entry.problem = reason;
        refused(name, reason, entry.certificate != null);
    }

    private static void refused(String name, String reason, boolean old) {
        log.error(
                "event=certificate-refused name={} reason=\"{}\" serving=\"{}\"",
                name,
                reason,
                old ? "the old one" : "none of that name");
    }

    private Map<String, Path> folders() throws IOException {
        var folders = new TreeMap<String, Path>();
        collect(configured.resolve("live"), folders);
        collect(configured, folders);
        return folders;
    }

    private static void collect(Path parent, Map<String, Path> into) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(parent, Files::isDirectory)) {
            for (var child : children) {
                if (Files.exists(child.resolve(CHAIN)) || Files.exists(child.resolve(KEY))) {
                    into.put(child.getFileName().toString(), child);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException _) {
            // nothing configured: the self-signed one serves
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private Certificate read(String name, Path folder) throws IOException {
        var chain = Pem.chain(small(folder.resolve(CHAIN)));
        var key = Pem.key(small(folder.resolve(KEY)), chain.getFirst().getPublicKey());
        Pem.requirePair(chain.getFirst(), key);
        Pem.requireUseful(chain.getFirst().getPublicKey());
        var certificate = new Certificate(name + "#" + ++loads, name, chain, key);
        log(certificate);
        return certificate;
    }

    private void log(Certificate certificate) {
        log.info(
                "event=certificate-loaded name={} names={} type={} expires={} days={}",
                certificate.folder(),
                String.join(",", certificate.names()),
                certificate.keyType(),
                certificate.expires(),
                ChronoUnit.DAYS.between(clock.instant(), certificate.expires()));
        tellExpiry(certificate);
    }

    /// One line at each step towards the end, and one a day behind it.
    private void tellExpiry(Certificate certificate) {
        var step = certificate.step(clock.instant());
        var before = told.getOrDefault(certificate.id(), Long.MAX_VALUE);
        if (step >= before) {
            return;
        }
        told.put(certificate.id(), step);
        var days = ChronoUnit.DAYS.between(clock.instant(), certificate.expires());
        if (step <= 1) {
            log.error(
                    "event=certificate-expires name={} expires={} days={}",
                    certificate.folder(),
                    certificate.expires(),
                    days);
        } else {
            log.warn(
                    "event=certificate-expires name={} expires={} days={}",
                    certificate.folder(),
                    certificate.expires(),
                    days);
        }
    }

    private static byte[] small(Path file) throws IOException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new IOException(file.getFileName() + " is larger than 1 MiB");
        }
        try {
            return Files.readAllBytes(file);
        } catch (java.nio.file.AccessDeniedException _) {
            throw new IOException(file + " may not be read by this user");
        }
    }

    private void publish() throws IOException {
        var all = new ArrayList<Certificate>();
        var byFolder = new HashMap<String, Certificate>();
        for (var entry : known.entrySet()) {
            var certificate = entry.getValue().certificate;
            if (certificate != null) {
                all.add(certificate);
                byFolder.put(entry.getKey(), certificate);
            }
        }
        var next = Certificates.of(all, fallback(all, byFolder));
        former = current;
        current = next;
        told.keySet().removeIf(id -> next.byId(id) == null);
    }

    /// The folder `default`, the server's own name, the only or first one, the self-signed one.
    private Certificate fallback(List<Certificate> all, Map<String, Certificate> byFolder) throws IOException {
        var chosen = byFolder.get("default");
        if (chosen == null) {
            chosen = byFolder.get(hostName);
        }
        if (chosen == null && !all.isEmpty()) {
            chosen = all.getFirst();
        }
        return chosen != null ? chosen : selfSigned();
    }

    private Certificate selfSigned() throws IOException {
        var ready = selfSigned;
        if (ready != null && useful(ready)) {
            return ready;
        }
        var folder = own.resolve("self-signed");
        if (!Print.of(folder).whole()) {
            SelfSigned.write(folder, hostName, clock, random);
            log.info("event=certificate-made name={} folder={}", hostName, folder);
        }
        try {
            ready = read("self-signed", folder);
        } catch (IOException | RuntimeException e) {
            refused("self-signed", String.valueOf(e.getMessage()), false);
            ready = null;
        }
        if (ready == null || !useful(ready)) {
            SelfSigned.write(folder, hostName, clock, random);
            log.info("event=certificate-made name={} folder={} reason=\"the old one is of no use\"", hostName, folder);
            ready = read("self-signed", folder);
        }
        selfSigned = ready;
        return ready;
    }

    /// Not about to expire, and of the name that this server has now.
    private boolean useful(Certificate made) {
        return !worn(made) && made.names().contains(hostName.toLowerCase(Locale.ROOT));
    }

    private boolean worn(Certificate made) {
        return made.expires().isBefore(clock.instant().plus(RENEW_BEFORE));
    }

    /// Logs those that expire soon, and makes the self-signed one anew when it is among them; call it
    /// once an hour.
    public void remind() throws IOException {
        lock.lock();
        try {
            var made = selfSigned;
            if (made != null && worn(made)) {
                publish();
            }
            current.all().forEach(this::tellExpiry);
        } finally {
            lock.unlock();
        }
    }

    /// Names and days left, for `status`.
    public List<Expiry> expiries() {
        var now = clock.instant();
        return current.all().stream()
                .map(certificate -> new Expiry(
                        certificate.folder(),
                        ChronoUnit.DAYS.between(now, certificate.expires()),
                        certificate.step(now) < Certificate.FAR))
                .sorted(java.util.Comparator.comparing(Expiry::name))
                .toList();
    }

    /// @param days left; negative: expired
    /// @param soon whether somebody should look
    public record Expiry(String name, long days, boolean soon) {}

    /// What lies in one folder.
    ///
    /// @param certificate that serves; null: none of that name does
    /// @param problem why the files that are there now are not taken; empty: they are
    record Pair(String name, Path folder, @Nullable Certificate certificate, String problem) {}

    /// All folders as they were at the last look, and the self-signed one where it serves.
    List<Pair> pairs() throws IOException {
        lock.lock();
        try {
            var folders = folders();
            var pairs = new ArrayList<Pair>();
            known.forEach((name, entry) -> pairs.add(new Pair(
                    name, folders.getOrDefault(name, configured.resolve(name)), entry.certificate, entry.problem)));
            var made = selfSigned;
            if (made != null && current.byId(made.id()) != null) {
                pairs.add(new Pair(made.folder(), own.resolve(made.folder()), made, ""));
            }
            return pairs;
        } finally {
            lock.unlock();
        }
    }

    String hostName() {
        lock.lock();
        try {
            return hostName;
        } finally {
            lock.unlock();
        }
    }

    Instant now() {
        return clock.instant();
    }
}
