package org.mutatio.accounts.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
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
/// A name that is not there, an account that is disabled and a wrong password have the same answer after the same work:
/// a decoy is hashed, the brake waits alike. Who is who is the address, folded, with the main name of its domain.
public final class Login implements Sasl {

    private static final Logger LOG = LoggerFactory.getLogger(Login.class);

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
    private final byte[] scramKey;
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
        this.scramKey = new byte[32];
        random.nextBytes(scramKey);
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
        String name = mechanism.toUpperCase(java.util.Locale.ROOT);
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
                                random);
                });
    }

    @Override
    public SaslStep login(String name, String password, Channel channel) {
        if (!channel.encrypted()) {
            return failure(channel, NOT_NOW, "no encryption", "plaintext");
        }
        Optional<MailAddress> address = address(name);
        Who who = Who.of(channel.client(), address.map(MailAddress::toString).orElse(name));
        Optional<SaslStep> refused = brake(who, channel);
        if (refused.isPresent()) {
            return refused.get();
        }
        try {
            Optional<Holder> holder = address.isEmpty() ? Optional.empty() : directory.holder(address.get());
            Optional<String> prepared = OpaqueString.of(password);
            Optional<String> hash =
                    holder.flatMap(found -> Credentials.hash(found.stored().credentials()));
            boolean fits = prepared.isPresent()
                    && verify(hash.orElse(decoy), prepared.get(), brake.known(who))
                    && hash.isPresent();
            if (!fits || holder.isEmpty() || !holder.get().account().enabled()) {
                String reason = holder.isEmpty()
                        ? "no account " + who.account()
                        : fits ? "account " + who.account() + " is disabled" : "wrong password for " + who.account();
                return wrong(who, password.getBytes(StandardCharsets.UTF_8), channel, reason);
            }
            upgrade(holder.get(), password);
            return success(who, holder.get().account(), ByteBuffer.allocate(0), channel);
        } catch (StoreUnavailableException e) {
            return failure(channel, NOT_NOW, "the directory is away: " + e.getMessage(), "unavailable");
        } catch (HashPool.BusyException e) {
            return failure(channel, NOT_NOW, String.valueOf(e.getMessage()), "busy");
        }
    }

    private boolean verify(String hash, String password, boolean first) throws HashPool.BusyException {
        if (right.right(hash, password)) {
            return true;
        }
        boolean fits = pool.run(() -> Argon2id.verify(password, hash), first);
        if (fits) {
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

    Optional<SaslStep> brake(Who who, Channel channel) {
        Optional<Duration> wait = brake.before(who);
        if (wait.isEmpty()) {
            return Optional.of(failure(channel, TOO_MANY, "braked: " + who.network(), "braked"));
        }
        if (!wait.get().isZero()) {
            waiting.pause(wait.get());
        }
        return Optional.empty();
    }

    AccountDirectory directory() {
        return directory;
    }

    /// @param secret what tells one wrong password from another
    SaslStep wrong(Who who, byte[] secret, Channel channel, String reason) {
        Duration wait = brake.failed(who, secret);
        SaslStep answer = failure(channel, WRONG, reason, "wrong");
        waiting.pause(wait);
        return answer;
    }

    SaslStep failure(Channel channel, Reply reply, String reason, String result) {
        meters.counter("mutatio_auth_total", "proto", channel.protocol(), "result", result)
                .add();
        LOG.info(
                "event=auth-failed proto={} session={} remote={} result={} reason=\"{}\"",
                channel.protocol(),
                channel.sessionId(),
                channel.client().getHostAddress(),
                result,
                reason.replace('"', '\'').replace('\n', ' ').replace('\r', ' '));
        return new SaslStep.Failure(reply, reason);
    }

    SaslStep success(Who who, Account account, ByteBuffer last, Channel channel) {
        brake.succeeded(who);
        meters.counter("mutatio_auth_total", "proto", channel.protocol(), "result", "ok")
                .add();
        return new SaslStep.Success(account, last);
    }

    /// The verifier of a name, or one that nobody fits.
    ScramVerifier verifier(Optional<Holder> holder, String name) {
        return holder.flatMap(Holder::verifier)
                .orElseGet(() -> ScramVerifier.decoy(name, scramKey, credentials.iterations()));
    }
}
