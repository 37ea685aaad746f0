package org.mutatio.accounts.sasl;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.mutatio.api.sasl.Sasl.Channel;
import org.mutatio.api.sasl.SaslExchange;
import org.mutatio.api.sasl.SaslStep;

/// LOGIN: asks for name and password one after the other (draft-murchison-sasl-login-00). No standard, but
/// the only one that some devices and Outlook versions know.
final class LoginExchange implements SaslExchange {

    private final Login login;
    private final Channel channel;
    private Optional<String> name = Optional.empty();
    private boolean asked;

    LoginExchange(Login login, Channel channel) {
        this.login = login;
        this.channel = channel;
    }

    @Override
    public boolean clientFirst() {
        return false;
    }

    @Override
    public SaslStep respond(ByteBuffer response) {
        if (!asked && !response.hasRemaining()) {
            asked = true;
            return new SaslStep.Challenge(Utf8.write("Username:"));
        }
        asked = true;
        Optional<String> text = Utf8.read(response);
        if (text.isEmpty()) {
            return login.failure(channel, Login.MALFORMED, "LOGIN wants UTF-8", "malformed");
        }
        if (name.isEmpty()) {
            name = text;
            return new SaslStep.Challenge(Utf8.write("Password:"));
        }
        return login.login(name.get(), text.get(), channel);
    }
}
