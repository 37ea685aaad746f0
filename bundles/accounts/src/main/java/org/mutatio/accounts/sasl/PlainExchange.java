package org.mutatio.accounts.sasl;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.mutatio.api.sasl.Sasl.Channel;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;
import org.mutatio.sdk.mail.MailAddress;

/// PLAIN: `authzid NUL authcid NUL passwd`; RFC 4616 section 2.
final class PlainExchange implements SaslExchange {

    private final Login login;
    private final Channel channel;

    PlainExchange(Login login, Channel channel) {
        this.login = login;
        this.channel = channel;
    }

    @Override
    public boolean clientFirst() {
        return true;
    }

    @Override
    public SaslStep respond(ByteBuffer response) {
        Optional<String> text = Utf8.read(response);
        int first = text.map(read -> read.indexOf('\0')).orElse(-1);
        int second = first < 0 ? -1 : text.orElse("").indexOf('\0', first + 1);
        if (second < 0 || text.orElse("").indexOf('\0', second + 1) >= 0) {
            return login.failure(channel, Login.MALFORMED, "PLAIN wants authzid NUL authcid NUL passwd", "malformed");
        }
        String read = text.orElse("");
        String authorization = read.substring(0, first);
        String name = read.substring(first + 1, second);
        String password = read.substring(second + 1);
        Optional<MailAddress> asked = login.address(authorization);
        if (!authorization.isEmpty() && !(asked.isPresent() && asked.equals(login.address(name)))) {
            // RFC 4616 section 2
            return login.failure(channel, Login.WRONG, Login.actAs(login.address(name), asked), "wrong");
        }
        return login.login(name, password, channel);
    }
}
