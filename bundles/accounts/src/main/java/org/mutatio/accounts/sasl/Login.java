package org.mutatio.accounts.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.mutatio.accounts.brake.Brake;
import org.mutatio.accounts.brake.Brake.Who;
import org.mutatio.accounts.directory.AccountDirectory;
import org.mutatio.accounts.directory.AccountDirectory.Holder;
import org.mutatio.accounts.password.Argon2id;
import org.mutatio.accounts.password.Credentials;
import org.mutatio.accounts.password.HashPool;
import org.mutatio.accounts.password.OpaqueString;
import org.mutatio.accounts.password.ScramVerifier;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.metrics.Meters;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.api.store.RefusedChangeException;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.api.store.StoredAccount;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides log-ins.
///
/// A name that is not there, an account that is disabled and a wrong password have the same answer after
/// the same work: a decoy is hashed, the brake waits alike. Who is who is the address, folded, with the
/// main name of its domain.
public final class Login implements Sasl {

    private static final Logger LOG = LoggerFactory.getLogger(Login.class);

    private static final int LONGEST_REASON = 300;
    private static final int NONCE = 18;

    static final Reply WRONG = Reply.of(535, "5.7.8", "wrong name or password");
    static final Reply MALFORMED = Reply.of(501, "5.5.2", "malformed authentication");
    static final Reply NOT_NOW = Reply.of(454, "4.7.0", "log-in is not possible now, try again later");
    static final Reply TOO_MANY = Reply.of(454, "4.7.0", "too many failed log-ins from there, try again later");

    private final AccountDirectory directory;
    private final UnaryOperator<Domain> mainName;
    private final Credentials credentials;
    private final HashPool pool;
    private final Brake brake;
    private final PositiveCache right;
    private final RandomGenerator random;
    private final byte[] freshKey;
    private volatile byte @Nullable [] decoyKey;
    private final String decoy;
    private final Meters meters;
    private final Waiting waiting;

    /// Waits, and in tests writes down how long.
    @FunctionalInterface
    public interface Waiting {
        void pause(Duration time);
    }

    /// @param mainName of an alias domain; others as they are
    /// @param cached how long a right password is remembered
    /// @param random cryptographically strong
    public Login(
            AccountDirectory directory,
            UnaryOperator<Domain> mainName,
            Credentials credentials,
            HashPool pool,
            Brake brake,
            Duration cached,
            RandomGenerator random,
            InstantSource clock,
            Meters meters,
            Waiting waiting) {
        this.directory = directory;
        this.mainName = mainName;
        this.credentials = credentials;
        this.pool = pool;
        this.brake = brake;
        this.random = random;
        this.freshKey = new byte[32];
        random.nextBytes(freshKey);
        byte[] cacheKey = new byte[32];
        random.nextBytes(cacheKey);
        this.right = new PositiveCache(cacheKey, cached, clock);
        this.decoy = credentials.cost().decoy(random);
        this.meters = meters;
        this.waiting = waiting;
    }

    @Override
    public List<String> mechanisms(Channel channel) {
        List<String> names = new ArrayList<>();
        if (!channel.encrypted()) {
            return names; // RFC 8314 section 3.3: no password in the clear, and no hint that there could be one
        }
        if (credentials.scram() && directory.scramForAll()) {
            if (!ScramExchange.bindings(channel).isEmpty()) {
                names.add(ScramExchange.PLUS);
            }
            names.add(ScramExchange.PLAIN);
        }
        names.add("PLAIN");
        names.add("LOGIN");
        return names;
    }

    @Override
    public Optional<SaslExchange> begin(String mechanism, Channel channel) {
        String name = mechanism.toUpperCase(Locale.ROOT);
        List<String> offered = mechanisms(channel);
        if (!offered.contains(name)) {
            return Optional.empty();
        }
        return Optional.of(
                switch (name) {
                    case "PLAIN" -> new PlainExchange(this, channel);
                    case "LOGIN" -> new LoginExchange(this, channel);
                    default ->
                        new ScramExchange(
                                this,
                                channel,
                                name.equals(ScramExchange.PLUS),
                                offered.contains(ScramExchange.PLUS),
                                this::nonce);
                });
    }

    @Override
    public SaslStep login(String name, String password, Channel channel) {
        if (!channel.encrypted()) {
            return failure(channel, NOT_NOW, "no encryption", "plaintext");
        }
        Optional<MailAddress> address = address(name);
        Who who = Who.of(channel.client(), address.map(MailAddress::toString).orElse(name));
        Hearing first = hear(who, channel);
        if (first.refused().isPresent()) {
            return first.refused().get();
        }
        try {
            Optional<Holder> holder = address.isEmpty() ? Optional.empty() : directory.holder(address.get());
            Optional<String> prepared = OpaqueString.of(password);
            Optional<String> hash =
                    holder.flatMap(found -> Credentials.hash(found.stored().credentials()));
            boolean enabled = holder.map(found -> found.account().enabled()).orElse(false);
            boolean fits = prepared.isPresent()
                    && verify(hash.orElse(decoy), prepared.get(), brake.known(who), enabled)
                    && hash.isPresent();
            boolean right = fits && enabled;
            Hearing hearing = hearAgain(first, who, channel);
            if (!right) {
                Duration wait = brake.failed(who, password);
                return hearing.refused().orElseGet(() -> wrong(channel, reason(address, holder, fits), hearing, wait));
            }
            if (hearing.refused().isPresent()) {
                return hearing.refused().get();
            }
            upgrade(holder.get(), password);
            return success(who, holder.get().account(), ByteBuffer.allocate(0), channel);
        } catch (StoreUnavailableException e) {
            return failure(channel, NOT_NOW, "the directory is away: " + e.getMessage(), "unavailable");
        } catch (HashPool.BusyException e) {
            return failure(channel, NOT_NOW, String.valueOf(e.getMessage()), "busy");
        }
    }

    /// A name that is no address is not repeated: often it is the password, typed in the wrong field.
    static String reason(Optional<MailAddress> address, Optional<Holder> holder, boolean fits) {
        if (address.isEmpty()) {
            return "the name given is no address (log-in names are whole addresses)";
        }
        if (holder.isEmpty()) {
            return "no account " + address.get();
        }
        return (fits ? "disabled: " : "wrong password for ") + address.get();
    }

    static String actAs(Optional<MailAddress> name, Optional<MailAddress> asked) {
        return name.map(MailAddress::toString).orElse("no address") + " asked to act as "
                + asked.map(MailAddress::toString).orElse("no address");
    }

    /// A right password is remembered only for who may log in: else a disabled account's would be answered
    /// faster.
    private boolean verify(String hash, String password, boolean first, boolean enabled) throws HashPool.BusyException {
        if (right.right(hash, password)) {
            return true;
        }
        boolean fits = pool.run(() -> Argon2id.verify(password, hash), first);
        if (fits && enabled) {
            right.remember(hash, password);
        }
        return fits;
    }

    /// Costs that changed, or a SCRAM verifier that is missing: made anew while the password is at hand.
    private void upgrade(Holder holder, String password) {
        StoredAccount stored = holder.stored();
        if (!credentials.outdated(stored.credentials())) {
            return;
        }
        try {
            List<String> fresh = pool.run(() -> credentials.make(password), false);
            Account _ = directory.change(
                    stored,
                    // Somebody set another password while we hashed: that one stays.
                    former -> former.credentials().equals(stored.credentials()) ? renewed(former, fresh) : former);
            LOG.info("event=credentials-renewed account={}", stored.address());
        } catch (RefusedChangeException | StoreUnavailableException | HashPool.BusyException e) {
            LOG.info("event=credentials-not-renewed account={} reason=\"{}\"", stored.address(), e.getMessage());
        }
    }

    private static StoredAccount renewed(StoredAccount former, List<String> fresh) {
        return new StoredAccount(
                former.id(),
                former.address(),
                former.displayName(),
                fresh,
                former.quota(),
                former.enabled(),
                former.created());
    }

    /// As accounts are kept; a name that is no address is nobody.
    Optional<MailAddress> address(String name) {
        try {
            MailAddress address = MailAddress.parse(name.strip()).folded();
            return Optional.of(new MailAddress(address.localPart(), mainName.apply(address.domain())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Whether a log-in is heard, and what it has waited.
    record Hearing(Optional<SaslStep> refused, Duration waited) {}

    Hearing hear(Who who, Channel channel) {
        Optional<Duration> wait = brake.before(who);
        if (wait.isEmpty()) {
            return new Hearing(
                    Optional.of(failure(channel, TOO_MANY, "braked: " + who.network(), "braked")), Duration.ZERO);
        }
        if (!wait.get().isZero()) {
            waiting.pause(wait.get());
        }
        return new Hearing(Optional.empty(), wait.get());
    }

    /// Asked with the result at hand: who came in a crowd was let in before the others had failed, and
    /// would get as many guesses as connections. Now he stands in line like those that come later.
    Hearing hearAgain(Hearing former, Who who, Channel channel) {
        return former.waited().isZero() ? hear(who, channel) : former;
    }

    AccountDirectory directory() {
        return directory;
    }

    Brake brakes() {
        return brake;
    }

    /// @param wait what the brake wants; what was waited before counts
    SaslStep wrong(Channel channel, String reason, Hearing hearing, Duration wait) {
        SaslStep answer = failure(channel, WRONG, reason, "wrong");
        Duration rest = wait.minus(hearing.waited());
        if (rest.isPositive()) {
            waiting.pause(rest);
        }
        return answer;
    }

    SaslStep failure(Channel channel, Reply reply, String reason, String result) {
        String shown = shown(reason);
        meters.counter("mutatio_auth_total", "proto", channel.protocol(), "result", result)
                .add();
        LOG.info(
                "event=auth-failed proto={} session={} remote={} result={} reason=\"{}\"",
                channel.protocol(),
                channel.sessionId(),
                channel.client().getHostAddress(),
                result,
                shown);
        return new SaslStep.Failure(reply, shown);
    }

    /// Fit for a line of the log, here and in the protocols: a client's name may hold whatever moves a
    /// terminal's cursor or turns text around, and ends where it ends.
    static String shown(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_REASON)
                .map(c -> !readable(c) ? '?' : c == '"' ? '\'' : c)
                .forEach(line::appendCodePoint);
        return line.toString();
    }

    /// Whether it is to be seen, and neither moves the cursor of a terminal nor turns text around.
    public static boolean readable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    SaslStep success(Who who, Account account, ByteBuffer last, Channel channel) {
        brake.succeeded(who);
        meters.counter("mutatio_auth_total", "proto", channel.protocol(), "result", "ok")
                .add();
        return new SaslStep.Success(account, last);
    }

    /// The verifier of a name, or one that nobody fits: with rounds that some account has, and with a salt
    /// that stays over a restart as a real one does.
    ScramVerifier verifier(Optional<Holder> holder, String name) {
        return holder.flatMap(Holder::verifier)
                .orElseGet(() -> ScramVerifier.decoy(
                        name, decoyKey(), number -> directory.rounds(number).orElse(credentials.iterations())));
    }

    private byte[] decoyKey() {
        byte[] known = decoyKey;
        if (known != null) {
            return known;
        }
        byte[] found = directory
                .secret()
                .map(secret -> secret.getBytes(StandardCharsets.UTF_8))
                .orElse(null);
        if (found == null) {
            return freshKey; // no account yet that could be told from a decoy
        }
        decoyKey = found; // kept: the oldest account's new password changes no salt before the next start
        return found;
    }

    private String nonce() {
        byte[] octets = new byte[NONCE];
        random.nextBytes(octets);
        return Base64.getEncoder().encodeToString(octets);
    }
}
