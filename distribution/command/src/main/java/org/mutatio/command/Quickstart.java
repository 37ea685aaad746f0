package org.mutatio.command;

import java.io.IOException;
import java.io.PrintStream;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// `mutatio quickstart ann@example.org`: asks nothing, makes a working home, prints what to publish and what to do
/// next. A run that fails takes back what it made.
final class Quickstart {

    private static final long LEAST_DISK = 1_000_000_000L;
    private static final String LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

    private final Path distribution;
    private final PrintStream out;
    private final SecureRandom random = new SecureRandom();

    Quickstart(Path distribution, PrintStream out) {
        this.distribution = distribution;
        this.out = out;
    }

    /// @param listen `*` or an address
    /// @param hostName empty: mail.DOMAIN
    record Wish(String address, boolean unprivileged, String listen, String hostName) {}

    private record Ports(int smtp, int submission, int submissions, int imap, int imaps, int console) {
        List<Integer> all() {
            return List.of(smtp, submission, submissions, imap, imaps, console);
        }
    }

    private record Key(String selector, String algorithm, String record, String pem) {}

    int run(Home home, Wish wish) throws ExitException, IOException {
        int at = wish.address().lastIndexOf('@');
        if (at < 1 || at == wish.address().length() - 1) {
            throw new ExitException(
                    ExitException.USAGE, "not an address (example: ann@example.org): " + wish.address());
        }
        String domain = domain(wish.address().substring(at + 1));
        String address = wish.address().substring(0, at).toLowerCase(Locale.ROOT) + "@" + domain;
        String host = wish.hostName().isEmpty() ? "mail." + domain : domain(wish.hostName());
        Ports ports = wish.unprivileged()
                ? new Ports(2525, 2587, 2465, 2143, 2993, 8025)
                : new Ports(25, 587, 465, 143, 993, 8025);
        boolean fresh = !Files.exists(home.folder());
        if (!fresh && Files.exists(home.configuration())) {
            throw new ExitException(
                    ExitException.CANNOT_CREATE,
                    home.folder() + " is a home already (config/mutatio.toml is there); take another --home");
        }
        if (Files.exists(home.data())) { // a configuration that was lost is no reason to begin anew over the mail
            throw new ExitException(
                    ExitException.CANNOT_CREATE,
                    home.data() + " is there, and may hold mail: put config/mutatio.toml back"
                            + " (data/config/mutatio.toml.good is the last good one), or take another --home");
        }
        out.println(" [1/5] Java " + Runtime.version() + " ........ ok");
        checkDisk(home);
        checkPorts(wish, ports);
        List<Path> made = new ArrayList<>();
        try {
            String password = password();
            List<Key> keys = keys();
            write(home, wish, domain, host, ports, keys, made);
            out.println(" [4/5] Configuration and DKIM keys written below " + home.folder());
            train(home, address, password);
            out.println(" [5/5] Started once: account made, start-up cache written");
            print(home, wish, domain, address, password, host, ports, keys);
            return 0;
        } catch (ExitException | IOException | RuntimeException e) {
            takeBack(home, fresh, made);
            throw e;
        } catch (GeneralSecurityException e) {
            takeBack(home, fresh, made);
            throw new ExitException(ExitException.SOFTWARE, "keys cannot be made: " + e);
        }
    }

    private static String domain(String text) throws ExitException {
        try {
            String ascii = IDN.toASCII(text).toLowerCase(Locale.ROOT);
            if (ascii.matches("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{1,62}[a-z0-9]")) {
                return ascii;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new ExitException(ExitException.USAGE, "not a domain name (example: example.org): " + text);
    }

    private void checkDisk(Home home) throws ExitException, IOException {
        Path existing = home.folder();
        while (!Files.exists(existing)) {
            Path parent = existing.getParent();
            if (parent == null) {
                throw new ExitException(ExitException.CANNOT_CREATE, "there is no folder above " + home.folder());
            }
            existing = parent;
        }
        if (!Files.isWritable(existing)) {
            throw new ExitException(
                    ExitException.CANNOT_CREATE, "cannot write in " + existing + "; check its owner and mode");
        }
        long free = Files.getFileStore(existing).getUsableSpace();
        if (free < LEAST_DISK) {
            throw new ExitException(
                    ExitException.CANNOT_CREATE,
                    "only " + free / 1_000_000 + " MB free where " + home.folder() + " would be; 1 GB is the least");
        }
        out.println(" [2/5] " + free / 1_000_000_000 + " GB free for " + home.folder() + " ........ ok");
    }

    private void checkPorts(Wish wish, Ports ports) throws ExitException, IOException {
        for (int port : ports.all()) {
            String at = port == ports.console() ? "127.0.0.1" : wish.listen();
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(
                        at.equals("*")
                                ? new InetSocketAddress(port)
                                : new InetSocketAddress(InetAddress.getByName(at), port));
            } catch (IOException e) {
                throw new ExitException(
                        ExitException.UNAVAILABLE,
                        "port " + port + " on " + at + " cannot be used (" + e.getMessage()
                                + "): stop who has it (ss -ltnp '( sport = :" + port
                                + " )' shows), or use --unprivileged for ports from 2143 to 8025, or --listen ADDRESS");
            }
        }
        out.println(" [3/5] Ports " + ports.all() + " free ........ ok");
    }

    private String password() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            if (i > 0 && i % 5 == 0) {
                password.append('-');
            }
            password.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return password.toString();
    }

    private static List<Key> keys() throws GeneralSecurityException {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        KeyPair first = rsa.generateKeyPair();
        KeyPair second = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Base64.Encoder base64 = Base64.getEncoder();
        // RFC 8463 section 4: the 32 octets of the key alone, the end of its SubjectPublicKeyInfo.
        byte[] info = second.getPublic().getEncoded();
        String raw = base64.encodeToString(Arrays.copyOfRange(info, info.length - 32, info.length));
        return List.of(
                new Key(
                        "m1",
                        "rsa",
                        "v=DKIM1; k=rsa; p="
                                + base64.encodeToString(first.getPublic().getEncoded()),
                        pem(first)),
                new Key("m2", "ed25519", "v=DKIM1; k=ed25519; p=" + raw, pem(second)));
    }

    private static String pem(KeyPair pair) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    private void write(Home home, Wish wish, String domain, String host, Ports ports, List<Key> keys, List<Path> made)
            throws IOException {
        String at = wish.listen().contains(":") ? "[" + wish.listen() + "]" : wish.listen();
        StringBuilder toml = new StringBuilder("# Written by mutatio quickstart. Every key: docs/settings.md\n\n");
        toml.append("[smtp]\nhost-name = \"").append(host).append("\"\n\n");
        toml.append("[console]\nlisten = \"127.0.0.1:").append(ports.console()).append("\"\n\n");
        listener(toml, "mx", "smtp", "mx", at + ":" + ports.smtp(), "starttls");
        listener(toml, "submission", "smtp", "submission", at + ":" + ports.submission(), "starttls");
        listener(toml, "submissions", "smtp", "submission", at + ":" + ports.submissions(), "implicit");
        listener(toml, "imap", "imap", "", at + ":" + ports.imap(), "starttls");
        listener(toml, "imaps", "imap", "", at + ":" + ports.imaps(), "implicit");
        file(home.configuration(), toml.toString(), false, made);
        file(
                home.folder().resolve("config/domains/_default.toml"),
                "# What every domain inherits. mutatio policy show DOMAIN prints the effective values and their lines.\n",
                false,
                made);
        file(
                home.folder().resolve("config/domains/" + domain + ".toml"),
                "# Policy of " + domain
                        + "; a subdomain's file inherits from it.\n\n[recipients.aliases]\n\"postmaster\" = [\""
                        + wish.address()
                                .substring(0, wish.address().lastIndexOf('@'))
                                .toLowerCase(Locale.ROOT)
                        + "\"]\n\n[dkim]\nselectors = [\"m1\", \"m2\"]\n",
                false,
                made);
        for (Key key : keys) {
            file(home.data().resolve("keys/" + domain + "/" + key.selector() + ".pem"), key.pem(), true, made);
        }
        Files.createDirectories(home.folder().resolve("plugins"));
    }

    private static void listener(
            StringBuilder toml, String name, String protocol, String role, String address, String tls) {
        toml.append("[[listener]]\nname = \"")
                .append(name)
                .append("\"\nprotocol = \"")
                .append(protocol)
                .append("\"\n");
        if (!role.isEmpty()) {
            toml.append("role = \"").append(role).append("\"\n");
        }
        toml.append("address = \"")
                .append(address)
                .append("\"\ntls = \"")
                .append(tls)
                .append("\"\n\n");
    }

    private static void file(Path path, String text, boolean secret, List<Path> made) throws IOException {
        Path folder = path.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
            if (secret) {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            }
        }
        made.add(path);
        if (secret) {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(path, text, StandardCharsets.UTF_8);
    }

    /// One start: makes the account through the server itself, and at its end the JVM writes its AOT cache.
    private void train(Home home, String address, String password) throws ExitException, IOException {
        Lifecycle lifecycle = new Lifecycle(distribution, out);
        Path cache = home.data().resolve("aot/mutatio.aot");
        Files.createDirectories(home.data().resolve("aot"));
        Process process = lifecycle.launch(home, Optional.of(cache));
        try {
            lifecycle.await(home, process);
            AdminClient.Result result = AdminClient.of(home)
                    .call("account add", Map.of("ADDRESS", address, "--password", password), _ -> {});
            if (result.exit() != 0) {
                throw new ExitException(
                        result.exit(),
                        "the account was not made: " + result.text().strip());
            }
        } finally {
            Lifecycle.stop(process.toHandle());
        }
    }

    /// Removes what this run made, the home's folder too when it made that.
    private static void takeBack(Home home, boolean fresh, List<Path> made) throws IOException {
        if (fresh) {
            delete(home.folder());
            return;
        }
        for (Path path : made) {
            Files.deleteIfExists(path);
        }
        delete(home.data());
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private void print(
            Home home,
            Wish wish,
            String domain,
            String address,
            String password,
            String host,
            Ports ports,
            List<Key> keys)
            throws IOException {
        StringBuilder zone = new StringBuilder();
        record(zone, domain + ".", "MX", "10 " + host + ".", "mail for " + domain + " is delivered to this host");
        record(zone, domain + ".", "TXT", "\"v=spf1 mx -all\"", "only this host sends for " + domain + " (SPF)");
        for (Key key : keys) {
            record(
                    zone,
                    key.selector() + "._domainkey." + domain + ".",
                    "TXT",
                    split(key.record()),
                    "signatures with the " + key.algorithm() + " key can be checked (DKIM)");
        }
        record(
                zone,
                "_dmarc." + domain + ".",
                "TXT",
                "\"v=DMARC1; p=quarantine; rua=mailto:postmaster@" + domain + "\"",
                "receivers treat forged mail as suspect and report it (DMARC)");
        record(
                zone,
                "_submissions._tcp." + domain + ".",
                "SRV",
                "0 1 " + ports.submissions() + " " + host + ".",
                "mail programs find where to send (RFC 8314)");
        record(
                zone,
                "_submission._tcp." + domain + ".",
                "SRV",
                "0 1 " + ports.submission() + " " + host + ".",
                "the same with STARTTLS");
        record(
                zone,
                "_imaps._tcp." + domain + ".",
                "SRV",
                "0 1 " + ports.imaps() + " " + host + ".",
                "mail programs find where to read (RFC 6186)");
        Path zoneFile = home.data().resolve("quickstart/" + domain + ".zone");
        Files.createDirectories(home.data().resolve("quickstart"));
        Files.writeString(zoneFile, zone, StandardCharsets.UTF_8);
        String bin = distribution.resolve("bin/mutatio").toString();
        out.println();
        out.println(" First account  " + address);
        out.println(" Password       " + password + "     (shown this once)");
        out.println();
        out.println(" Settings for mail programs (user name: the whole address)");
        out.println("   read   IMAP  " + host + " port " + ports.imaps() + ", TLS");
        out.println("   send   SMTP  " + host + " port " + ports.submissions() + ", TLS   (or " + ports.submission()
                + " with STARTTLS)");
        out.println();
        out.println(" DNS records to publish, besides the addresses of " + host + " (also in " + zoneFile + "):");
        out.println();
        out.print(zone);
        out.println();
        out.println(" Next");
        out.println("   " + bin + " start --home " + home.folder());
        out.println("   " + bin + " status --home " + home.folder());
        out.println("   certificates: config/tls/" + host
                + "/{fullchain.pem,privkey.pem}; until then one made by itself is used");
        out.println("   " + bin + " policy show " + domain + " --home " + home.folder());
        if (wish.listen().equals("*") && !wish.unprivileged()) {
            out.println("   ports below 1024 want root or CAP_NET_BIND_SERVICE (see mutatio.service)");
        }
    }

    private static void record(StringBuilder zone, String name, String type, String value, String reason) {
        zone.append("; ").append(reason).append('\n');
        zone.append(name)
                .append(" 300 IN ")
                .append(type)
                .append(' ')
                .append(value)
                .append('\n');
    }

    /// A TXT record of several strings, each of at most 255 octets; RFC 1035 section 3.3.14.
    private static String split(String text) {
        StringBuilder strings = new StringBuilder();
        for (int at = 0; at < text.length(); at += 255) {
            strings.append(at > 0 ? " " : "")
                    .append('"')
                    .append(text, at, Math.min(text.length(), at + 255))
                    .append('"');
        }
        return strings.toString();
    }
}
