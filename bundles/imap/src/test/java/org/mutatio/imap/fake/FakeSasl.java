package org.mutatio.imap.fake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.mutatio.api.accounts.Account;
import org.mutatio.api.sasl.Sasl;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.reply.Reply;
import org.mutatio.sdk.settings.DataSize;

/// PLAIN, and a mechanism ROUND of two challenges; every account's password is `secret`.
public final class FakeSasl implements Sasl {
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();

    public FakeSasl account(long id, String address, Optional<DataSize> quota) {
        accounts.put(address, new Account(id, MailAddress.parse(address), "", quota, true));
        return this;
    }

    @Override
    public List<String> mechanisms(Channel channel) {
        return channel.encrypted() ? List.of("PLAIN", "ROUND") : List.of();
    }

    @Override
    public Optional<SaslExchange> begin(String mechanism, Channel channel) {
        return switch (mechanism) {
            case "PLAIN" -> Optional.of(new Plain(channel));
            case "ROUND" -> Optional.of(new Round());
            default -> Optional.empty();
        };
    }

    private final class Plain implements SaslExchange {
        private final Channel channel;

        Plain(Channel channel) {
            this.channel = channel;
        }

        @Override
        public SaslStep respond(ByteBuffer response) {
            String[] words = StandardCharsets.UTF_8.decode(response).toString().split("\0", -1);
            if (words.length != 3) {
                return new SaslStep.Failure(Reply.of(501, "5.5.2", "malformed"), "malformed");
            }
            return login(words[1], words[2], channel);
        }

        @Override
        public boolean clientFirst() {
            return true;
        }
    }

    private final class Round implements SaslExchange {
        private int step;

        @Override
        public SaslStep respond(ByteBuffer response) {
            step++;
            if (step < 3) {
                return new SaslStep.Challenge(ByteBuffer.wrap(("round " + step).getBytes(StandardCharsets.US_ASCII)));
            }
            return new SaslStep.Success(
                    accounts.values().iterator().next(), ByteBuffer.wrap("v=ok".getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public boolean clientFirst() {
            return false;
        }
    }

    @Override
    public SaslStep login(String name, String password, Channel channel) {
        Account account = accounts.get(name);
        if (account == null || !password.equals("secret")) {
            return new SaslStep.Failure(Reply.of(535, "5.7.8", "wrong"), "wrong password");
        }
        return new SaslStep.Success(account, ByteBuffer.allocate(0));
    }
}
