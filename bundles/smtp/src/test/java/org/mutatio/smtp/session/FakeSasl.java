package org.mutatio.smtp.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;

/// Knows ann@example.com with the password `secret`. PLAIN, LOGIN, and TRIPLE: client first, one challenge `more`,
/// last octets `proof`.
final class FakeSasl implements Sasl {
    private static final Account ANN =
            new Account(1, MailAddress.parse("ann@example.com"), "Ann", Optional.empty(), true);

    @Override
    public List<String> mechanisms(Channel channel) {
        return channel.encrypted() ? List.of("TRIPLE", "PLAIN", "LOGIN") : List.of();
    }

    @Override
    public Optional<SaslExchange> begin(String mechanism, Channel channel) {
        return switch (mechanism) {
            case "PLAIN" -> Optional.of(new Plain());
            case "LOGIN" -> Optional.of(new Login());
            case "TRIPLE" -> Optional.of(new Triple());
            default -> Optional.empty();
        };
    }

    @Override
    public SaslStep login(String name, String password, Channel channel) {
        throw new UnsupportedOperationException();
    }

    private static String text(ByteBuffer octets) {
        return StandardCharsets.UTF_8.decode(octets).toString();
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SaslStep judge(boolean right, String last) {
        return right
                ? new SaslStep.Success(ANN, octets(last))
                : new SaslStep.Failure(Reply.of(535, "5.7.8", "wrong name or password"), "wrong password");
    }

    private static final class Plain implements SaslExchange {
        @Override
        public SaslStep respond(ByteBuffer response) {
            String text = text(response);
            if (text.equals("busy")) {
                return new SaslStep.Failure(Reply.of(454, "4.7.0", "not now"), "brake");
            }
            return judge(text.equals("\0ann@example.com\0secret"), "");
        }

        @Override
        public boolean clientFirst() {
            return true;
        }
    }

    private static final class Login implements SaslExchange {
        private String name = "";
        private int step;

        @Override
        public SaslStep respond(ByteBuffer response) {
            String text = text(response);
            step++;
            if (step == 1 && text.isEmpty()) {
                step = 0;
                if (name.isEmpty()) {
                    name = "?";
                    return new SaslStep.Challenge(octets("Username:"));
                }
            }
            if (step == 1) {
                name = text;
                return new SaslStep.Challenge(octets("Password:"));
            }
            return judge(name.equals("ann@example.com") && text.equals("secret"), "");
        }

        @Override
        public boolean clientFirst() {
            return false;
        }
    }

    private static final class Triple implements SaslExchange {
        private int step;

        @Override
        public SaslStep respond(ByteBuffer response) {
            String text = text(response);
            if (step++ == 0) {
                return text.equals("first")
                        ? new SaslStep.Challenge(octets("more"))
                        : new SaslStep.Failure(Reply.of(501, "5.5.2", "malformed"), "no first message");
            }
            return judge(text.startsWith("second"), "proof");
        }

        @Override
        public boolean clientFirst() {
            return true;
        }
    }
}
