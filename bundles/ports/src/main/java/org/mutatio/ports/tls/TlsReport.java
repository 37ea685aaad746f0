package org.mutatio.ports.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// Every certificate as it is at one moment, and what is to be said of it: `mutatio tls check`.
///
/// @param entries in the order of their folders' names
public record TlsReport(List<Entry> entries) {
    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
    private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24"; // RFC 7633

    /// How bad a finding is.
    public enum Weight {
        /// Works; good to know.
        NOTE,
        /// Works for most; somebody should look.
        WARNING,
        /// Clients or senders are refused or left in the clear.
        PROBLEM
    }

    /// One sentence about a certificate, with its cure where there is one.
    public record Finding(Weight weight, String text) {}

    /// One folder. What belongs to the certificate is empty while none serves.
    ///
    /// @param name of the folder
    /// @param names the DNS names in it
    /// @param key such as `EC P-256`
    /// @param signature of whom issued it
    /// @param expires [Instant#EPOCH] without a certificate
    /// @param days left; negative: expired
    /// @param chain `complete (2)` or what is amiss
    /// @param serves names for which it is the one shown
    /// @param fallback shown to clients that name no server, or one that nobody has
    /// @param domains of ours with a name in it
    public record Entry(
            String name,
            Path folder,
            List<String> names,
            String issuer,
            String key,
            String signature,
            Instant expires,
            long days,
            String chain,
            List<String> serves,
            boolean fallback,
            List<String> domains,
            List<Finding> findings) {

        public boolean present() {
            return !expires.equals(Instant.EPOCH);
        }

        /// The worst of what is found.
        public Weight worst() {
            return findings.stream()
                    .map(Finding::weight)
                    .max(java.util.Comparator.naturalOrder())
                    .orElse(Weight.NOTE);
        }
    }

    public TlsReport {
        entries = List.copyOf(entries);
    }

    /// @param domains ours, in any case
    public static TlsReport of(CertificateFolder certificates, List<String> domains) throws IOException {
        var current = certificates.current();
        var authorities = new Authorities();
        var owners = new HashMap<String, String>();
        domains.forEach(domain -> owners.put(domain.toLowerCase(Locale.ROOT), domain));
        var entries = new ArrayList<Entry>();
        for (var pair : certificates.pairs()) {
            entries.add(new Examination(certificates, current, authorities, owners, pair).entry());
        }
        return new TlsReport(entries);
    }

    /// Those that answer to a folder's name, or whose certificate a client is shown that asks for that
    /// server.
    public List<Entry> of(String name) {
        var wanted = name.toLowerCase(Locale.ROOT);
        var byFolder = entries.stream()
                .filter(entry -> entry.name().toLowerCase(Locale.ROOT).equals(wanted))
                .toList();
        if (!byFolder.isEmpty()) {
            return byFolder;
        }
        var exact = entries.stream()
                .filter(entry -> entry.serves().contains(wanted))
                .toList();
        if (!exact.isEmpty()) {
            return exact;
        }
        var dot = wanted.indexOf('.');
        var wildcard = dot < 0 ? wanted : "*" + wanted.substring(dot);
        return entries.stream()
                .filter(entry -> entry.serves().contains(wildcard))
                .toList();
    }

    /// The certificates of the authorities that Java trusts, by subject; read once a report.
    private static final class Authorities {
        private final Map<String, X509Certificate> bySubject = new HashMap<>();

        Authorities() {
            try {
                var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init((KeyStore) null);
                for (var manager : factory.getTrustManagers()) {
                    if (manager instanceof X509TrustManager trusting) {
                        for (var authority : trusting.getAcceptedIssuers()) {
                            bySubject.put(subject(authority), authority);
                        }
                    }
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java has no certificates of authorities", e);
            }
        }

        boolean issued(X509Certificate certificate) {
            var authority = bySubject.get(certificate.getIssuerX500Principal().getName());
            return authority != null && signed(certificate, authority);
        }

        boolean knows(X509Certificate authority) {
            return authority.equals(bySubject.get(subject(authority)));
        }

        private static String subject(X509Certificate certificate) {
            return certificate.getSubjectX500Principal().getName();
        }
    }

    private static boolean signed(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /// One pair of files under the glass.
    private static final class Examination {
        private final CertificateFolder certificates;
        private final Certificates current;
        private final Authorities authorities;
        private final Map<String, String> owners;
        private final CertificateFolder.Pair pair;
        private final List<Finding> findings = new ArrayList<>();

        Examination(
                CertificateFolder certificates,
                Certificates current,
                Authorities authorities,
                Map<String, String> owners,
                CertificateFolder.Pair pair) {
            this.certificates = certificates;
            this.current = current;
            this.authorities = authorities;
            this.owners = owners;
            this.pair = pair;
        }

        private void say(Weight weight, String text) {
            findings.add(new Finding(weight, text));
        }

        Entry entry() throws IOException {
            var certificate = pair.certificate();
            if (!pair.problem().isEmpty()) {
                say(
                        Weight.PROBLEM,
                        "the files are refused: " + pair.problem() + "; "
                                + (certificate == null ? "none of this name serves" : "the old one serves on"));
            }
            files();
            if (certificate == null) {
                return new Entry(
                        pair.name(),
                        pair.folder(),
                        List.of(),
                        "",
                        "",
                        "",
                        Instant.EPOCH,
                        0,
                        "",
                        List.of(),
                        false,
                        List.of(),
                        List.copyOf(findings));
            }
            var own = certificate.own();
            life(certificate);
            var chain = chain(certificate);
            key(own);
            purpose(certificate);
            var serves = serves(certificate);
            var fallback = current.find(null).filter(certificate::equals).isPresent();
            if (fallback) {
                hostName(certificate);
            }
            return new Entry(
                    pair.name(),
                    pair.folder(),
                    certificate.names(),
                    own.getIssuerX500Principal().getName(),
                    kind(own),
                    own.getSigAlgName(),
                    certificate.expires(),
                    ChronoUnit.DAYS.between(certificates.now(), certificate.expires()),
                    chain,
                    serves,
                    fallback,
                    domains(certificate),
                    List.copyOf(findings));
        }

        private void files() throws IOException {
            var key = pair.folder().resolve(CertificateFolder.KEY);
            try {
                var rights = Files.getPosixFilePermissions(key);
                if (rights.contains(PosixFilePermission.OTHERS_READ)) {
                    say(Weight.PROBLEM, key + " may be read by everybody: chmod 600, and think of a new key");
                } else if (rights.contains(PosixFilePermission.GROUP_READ)
                        || rights.contains(PosixFilePermission.GROUP_WRITE)
                        || rights.contains(PosixFilePermission.OTHERS_WRITE)) {
                    say(Weight.WARNING, key + " has mode " + PosixFilePermissions.toString(rights) + ": chmod 600");
                }
            } catch (NoSuchFileException _) {
                return; // the folder's problem says so
            }
        }

        private void life(Certificate certificate) {
            var now = certificates.now();
            var days = ChronoUnit.DAYS.between(now, certificate.expires());
            if (now.isBefore(certificate.own().getNotBefore().toInstant())) {
                say(
                        Weight.PROBLEM,
                        "it is not good before "
                                + certificate.own().getNotBefore().toInstant());
            }
            var step = certificate.step(now);
            if (step < 0) {
                say(Weight.PROBLEM, "it has expired: renew it");
            } else if (step < Certificate.FAR) {
                say(Weight.WARNING, "it expires in " + days + " days: renew it");
            }
        }

        private String chain(Certificate certificate) {
            var chain = certificate.chain();
            for (var i = 1; i < chain.size(); i++) {
                if (!signed(chain.get(i - 1), chain.get(i))) {
                    say(
                            Weight.PROBLEM,
                            "number " + (i + 1) + " in fullchain.pem did not issue number " + i
                                    + ": the server's own comes first, then who issued it, and so on");
                    return "out of order (" + chain.size() + ")";
                }
                if (!certificates.now().isBefore(chain.get(i).getNotAfter().toInstant())) {
                    say(Weight.PROBLEM, "number " + (i + 1) + " in fullchain.pem has expired");
                }
            }
            var last = chain.getLast();
            var itself = signed(last, last);
            if (itself && chain.size() == 1) {
                say(Weight.WARNING, "nobody but itself vouches for it: mail programs ask their users, or refuse");
                return "self-signed";
            }
            if (itself) {
                if (authorities.knows(last)) {
                    say(Weight.NOTE, "the authority's own certificate need not be in fullchain.pem");
                    return "complete (" + chain.size() + ")";
                }
                say(Weight.NOTE, "its authority is a private one: clients must have been told of it");
                return "complete (" + chain.size() + "), private authority";
            }
            if (authorities.issued(last)) {
                return "complete (" + chain.size() + ")";
            }
            say(
                    chain.size() == 1 ? Weight.PROBLEM : Weight.WARNING,
                    "it ends at " + last.getIssuerX500Principal().getName()
                            + ", which Java does not know: an intermediate certificate is missing in fullchain.pem,"
                            + " or the authority is a private one");
            return "incomplete (" + chain.size() + ")";
        }

        private void key(X509Certificate own) {
            if (own.getPublicKey() instanceof RSAPublicKey rsa) {
                var bits = rsa.getModulus().bitLength();
                if (bits < 2048) {
                    say(Weight.PROBLEM, "an RSA key of " + bits + " bits is too short: take EC P-256");
                } else if (bits < 3072) {
                    say(Weight.NOTE, "public tests want 3072 bits of an RSA key; EC P-256 is better and faster");
                }
            }
            var signature = own.getSigAlgName().toUpperCase(Locale.ROOT);
            if (signature.startsWith("SHA1") || signature.startsWith("MD5") || signature.startsWith("MD2")) {
                say(Weight.PROBLEM, "it is signed by " + own.getSigAlgName() + ", which no client takes any more");
            }
            if (own.getPublicKey().getAlgorithm().equals("EdDSA")) {
                say(Weight.WARNING, "many mail programs do not know Ed25519 in TLS: take EC P-256");
            }
        }

        private void purpose(Certificate certificate) throws IOException {
            var own = certificate.own();
            if (certificate.names().isEmpty()) {
                say(Weight.PROBLEM, "it has no DNS names (subjectAltName): no client takes it for any server");
            }
            try {
                var uses = own.getExtendedKeyUsage();
                if (uses != null && !uses.contains(SERVER_AUTHENTICATION)) {
                    say(Weight.PROBLEM, "it is not for servers (extended key usage " + uses + ")");
                }
            } catch (CertificateParsingException e) {
                throw new IOException("the certificate of " + pair.name() + " cannot be read: " + e.getMessage(), e);
            }
            if (own.getExtensionValue(TLS_FEATURE) != null) {
                say(
                        Weight.PROBLEM,
                        "it wants a stapled OCSP response (must-staple, RFC 7633), which this server does not send"
                                + " (docs/adr/0014): strict clients refuse it; have it issued without");
            }
        }

        /// Names for which it is shown, to clients that can verify its kind of key.
        private List<String> serves(Certificate certificate) {
            var names = new ArrayList<>(certificate.names());
            var folder = certificate.folder().toLowerCase(Locale.ROOT);
            if (!names.contains(folder)) {
                names.addFirst(folder);
            }
            var serves = new ArrayList<String>();
            for (var name : names) {
                var chosen = current.find(name, certificate.keyType()).orElse(null);
                if (certificate.equals(chosen)) {
                    serves.add(name);
                } else if (chosen != null) {
                    say(Weight.NOTE, "for " + name + " the one of " + chosen.folder() + " is shown");
                }
            }
            return serves;
        }

        private void hostName(Certificate certificate) {
            var host = certificates.hostName().toLowerCase(Locale.ROOT);
            var dot = host.indexOf('.');
            var wildcard = dot < 0 ? host : "*" + host.substring(dot);
            if (!certificate.names().contains(host) && !certificate.names().contains(wildcard)) {
                say(
                        Weight.WARNING,
                        "it is shown to clients that name no server, but " + host + " ([ports] hostname) is not in it");
            }
        }

        /// Those of ours that have a name in it: the name itself, or the nearest of ours above it.
        private List<String> domains(Certificate certificate) {
            var found = new java.util.TreeSet<String>();
            for (var name : certificate.names()) {
                var rest = name.startsWith("*.") ? name.substring(2) : name;
                var owner = owner(rest);
                if (owner != null) {
                    found.add(owner);
                }
            }
            return List.copyOf(found);
        }

        private @Nullable String owner(String name) {
            for (var rest = name; ; ) {
                var owner = owners.get(rest);
                var dot = rest.indexOf('.');
                if (owner != null || dot < 0) {
                    return owner;
                }
                rest = rest.substring(dot + 1);
            }
        }

        private static String kind(X509Certificate own) {
            return switch (own.getPublicKey()) {
                case RSAPublicKey rsa -> "RSA " + rsa.getModulus().bitLength();
                case ECPublicKey elliptic -> "EC " + Pem.curve(elliptic);
                default -> own.getPublicKey().getAlgorithm();
            };
        }
    }

    /// Names that no entry serves by a certificate of its own.
    ///
    /// @param domains ours
    public List<String> without(List<String> domains) {
        var with = Set.copyOf(
                entries.stream().flatMap(entry -> entry.domains().stream()).toList());
        return domains.stream().filter(domain -> !with.contains(domain)).toList();
    }
}
