package org.mutatio.accounts.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.mutatio.accounts.brake.Brake.Who;
import org.mutatio.accounts.directory.AccountDirectory.Holder;
import org.mutatio.accounts.password.ScramVerifier;
import org.mutatio.accounts.sasl.Login.Hearing;
import org.mutatio.api.sasl.Sasl.Channel;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.sdk.mail.MailAddress;

/// SCRAM-SHA-256 and -PLUS, the server's side; RFC 5802 sections 5 to 7, RFC 7677.
///
/// The client's first message brings its name, ours salt and rounds, its second the proof; our last one
/// proves us. A name that is not there gets a salt of its own and fails at the proof.
final class ScramExchange implements SaslExchange {

    static final String PLAIN = "SCRAM-SHA-256";
    static final String PLUS = "SCRAM-SHA-256-PLUS";

    private static final List<String> BINDINGS = List.of("tls-exporter", "tls-server-end-point");

    /// Where the conversation stands.
    private sealed interface State {
        record Begun() implements State {}

        /// @param header gs2-header as sent, for `c=`
        /// @param address empty: the name is none
        record Asked(
                String header,
                String firstBare,
                String serverFirst,
                String nonce,
                ScramVerifier verifier,
                Who who,
                Optional<MailAddress> address,
                Hearing hearing)
                implements State {}

        record Ended() implements State {}
    }

    private final Login login;
    private final Channel channel;
    private final boolean plus;
    private final boolean plusOffered;
    private final Supplier<String> freshNonce;
    private State state = new State.Begun();
    private Optional<Holder> holder = Optional.empty();

    /// @param freshNonce never the same twice, printable ASCII without a comma
    ScramExchange(Login login, Channel channel, boolean plus, boolean plusOffered, Supplier<String> freshNonce) {
        this.login = login;
        this.channel = channel;
        this.plus = plus;
        this.plusOffered = plusOffered;
        this.freshNonce = freshNonce;
    }

    /// Types of channel binding that this connection has.
    static List<String> bindings(Channel channel) {
        return BINDINGS.stream()
                .filter(type -> channel.channelBinding().apply(type).isPresent())
                .toList();
    }

    @Override
    public boolean clientFirst() {
        return true;
    }

    @Override
    public SaslStep respond(ByteBuffer response) {
        Optional<String> text = Utf8.read(response);
        if (text.isEmpty()) {
            return malformed("not UTF-8");
        }
        return switch (state) {
            case State.Begun _ -> first(text.get());
            case State.Asked asked -> last(text.get(), asked);
            case State.Ended _ -> malformed("a message behind the last one");
        };
    }

    private SaslStep malformed(String reason) {
        state = new State.Ended();
        return login.failure(channel, Login.MALFORMED, "SCRAM: " + reason, "malformed");
    }

    /// client-first-message: `n,,n=user,r=nonce`; RFC 5802 section 7.
    private SaslStep first(String message) {
        int flagEnd = message.indexOf(',');
        int headerEnd = message.indexOf(',', flagEnd + 1);
        if (flagEnd < 1 || headerEnd < 0) {
            return malformed("no gs2-header");
        }
        Optional<SaslStep> refused = binding(message.substring(0, flagEnd));
        if (refused.isPresent()) {
            return refused.get();
        }
        String authorization = message.substring(flagEnd + 1, headerEnd);
        String bare = message.substring(headerEnd + 1);
        String[] attributes = bare.split(",", -1);
        if (attributes.length < 2 || !attributes[0].startsWith("n=") || !attributes[1].startsWith("r=")) {
            return malformed("no name or nonce, or an extension that we must know"); // `m=`: section 5.1
        }
        Optional<String> name = unescape(attributes[0].substring(2));
        String nonce = attributes[1].substring(2);
        if (name.isEmpty() || nonce.isEmpty() || !nonce.chars().allMatch(c -> c > ' ' && c < 127)) {
            return malformed("malformed name or nonce");
        }
        Optional<MailAddress> address = login.address(name.get());
        if (!authorization.isEmpty()) {
            Optional<String> asked =
                    authorization.startsWith("a=") ? unescape(authorization.substring(2)) : Optional.empty();
            if (asked.isEmpty()) {
                return malformed("malformed authzid");
            }
            if (address.isEmpty() || !login.address(asked.get()).equals(address)) {
                state = new State.Ended();
                return login.failure(channel, Login.WRONG, Login.actAs(address, login.address(asked.get())), "wrong");
            }
        }
        return challenge(message.substring(0, headerEnd + 1), bare, nonce, name.get(), address);
    }

    private SaslStep challenge(
            String header, String bare, String clientNonce, String name, Optional<MailAddress> address) {
        Who who = Who.of(channel.client(), address.map(MailAddress::toString).orElse(name));
        Hearing hearing = login.hear(who, channel);
        if (hearing.refused().isPresent()) {
            state = new State.Ended();
            return hearing.refused().get();
        }
        try {
            holder = address.isEmpty() ? Optional.empty() : login.directory().holder(address.get());
        } catch (StoreUnavailableException e) {
            state = new State.Ended();
            return login.failure(channel, Login.NOT_NOW, "the directory is away: " + e.getMessage(), "unavailable");
        }
        ScramVerifier verifier = login.verifier(holder, who.account());
        String nonce = clientNonce + freshNonce.get();
        String serverFirst = "r=" + nonce + ",s=" + verifier.saltBase64() + ",i=" + verifier.iterations();
        state = new State.Asked(header, bare, serverFirst, nonce, verifier, who, address, hearing);
        return new SaslStep.Challenge(Utf8.write(serverFirst));
    }

    /// gs2-cbind-flag; RFC 5802 section 6.
    private Optional<SaslStep> binding(String flag) {
        if (flag.startsWith("p=")) {
            String type = flag.substring(2);
            return plus && bindings(channel).contains(type)
                    ? Optional.empty()
                    : Optional.of(malformed("channel binding " + type + " is not there"));
        }
        if (plus) {
            return Optional.of(malformed("-PLUS without channel binding"));
        }
        return switch (flag) {
            case "n" -> Optional.empty();
            // The client could bind and believes that we cannot, but we offered it: somebody took it off the list.
            case "y" ->
                plusOffered ? Optional.of(malformed("-PLUS was taken off the list on the way")) : Optional.empty();
            default -> Optional.of(malformed("unknown gs2-cbind-flag"));
        };
    }

    /// client-final-message: `c=biws,r=nonce,p=proof`.
    private SaslStep last(String message, State.Asked asked) {
        state = new State.Ended();
        int proofAt = message.lastIndexOf(",p=");
        if (proofAt < 0) {
            return malformed("no proof");
        }
        String withoutProof = message.substring(0, proofAt);
        String[] attributes = withoutProof.split(",", -1);
        if (attributes.length < 2 || !attributes[0].startsWith("c=") || !attributes[1].startsWith("r=")) {
            return malformed("no channel binding or nonce");
        }
        Optional<byte[]> bound = base64(attributes[0].substring(2));
        Optional<byte[]> proof = base64(message.substring(proofAt + 3));
        if (bound.isEmpty() || proof.isEmpty()) {
            return malformed("not base64");
        }
        if (!Arrays.equals(bound.get(), expectedBinding(asked.header()))) {
            return malformed("channel binding does not fit");
        }
        if (!attributes[1].substring(2).equals(asked.nonce())) {
            return malformed("another nonce");
        }
        byte[] authMessage =
                (asked.firstBare() + "," + asked.serverFirst() + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
        boolean fits = asked.verifier().proves(proof.get(), authMessage);
        Hearing hearing = login.hearAgain(asked.hearing(), asked.who(), channel);
        if (!fits || holder.isEmpty() || !holder.get().account().enabled()) {
            Duration wait = login.brakes().failedProof(asked.who(), proof.get());
            return hearing.refused()
                    .orElseGet(() -> login.wrong(
                            channel, Login.reason(asked.address(), holder, fits) + " (SCRAM)", hearing, wait));
        }
        if (hearing.refused().isPresent()) {
            return hearing.refused().get();
        }
        String signature =
                "v=" + Base64.getEncoder().encodeToString(asked.verifier().serverSignature(authMessage));
        return login.success(asked.who(), holder.get().account(), Utf8.write(signature), channel);
    }

    private byte[] expectedBinding(String header) {
        byte[] head = header.getBytes(StandardCharsets.UTF_8);
        if (!header.startsWith("p=")) {
            return head;
        }
        String type = header.substring(2, header.indexOf(','));
        ByteBuffer data = channel.channelBinding()
                .apply(type)
                .orElse(ByteBuffer.allocate(0))
                .duplicate();
        byte[] all = Arrays.copyOf(head, head.length + data.remaining());
        data.get(all, head.length, data.remaining());
        return all;
    }

    private static Optional<byte[]> base64(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// saslname: `=2C` is a comma, `=3D` an equals sign, no other `=`; RFC 5802 section 5.1.
    private static Optional<String> unescape(String text) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        while (true) {
            int at = text.indexOf('=', from);
            if (at < 0) {
                parts.add(text.substring(from));
                String name = String.join("", parts);
                return name.isEmpty() ? Optional.empty() : Optional.of(name);
            }
            parts.add(text.substring(from, at));
            if (text.startsWith("=2C", at)) {
                parts.add(",");
            } else if (text.startsWith("=3D", at)) {
                parts.add("=");
            } else {
                return Optional.empty();
            }
            from = at + 3;
        }
    }
}
