package org.mutatio.smtp.session;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.smtp.protocol.Leniency;
import org.mutatio.smtp.protocol.Networks;
import org.mutatio.smtp.protocol.Role;
import org.mutatio.smtp.protocol.Terms;

/// All settings of `[smtp]`, checked.
///
/// @param recipients most recipients of one transaction on mx and lmtp
/// @param submissionRecipients the same on submission
public record ServerSettings(
        String hostName,
        DataSize messageSize,
        int recipients,
        int submissionRecipients,
        int errors,
        int junk,
        Networks xclient,
        Set<Leniency> tolerated,
        BareLineEnds bareLineEnds,
        Pace pace,
        String version) {

    public ServerSettings {
        tolerated = Set.copyOf(tolerated);
        if (hostName.isEmpty() || !hostName.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException(
                    "[smtp] host-name = \"" + hostName + "\": must be a name such as \"mail.example.com\"");
        }
        if (recipients < 100) {
            // RFC 5321 section 4.5.3.1.8
            throw new IllegalArgumentException("[smtp] recipients = " + recipients + ": must be at least 100");
        }
    }

    /// The defaults, for a host.
    public static ServerSettings of(String hostName) {
        return new ServerSettings(
                hostName,
                DataSize.parse("50 MB"),
                1_000,
                200,
                20,
                100,
                Networks.NONE,
                EnumSet.allOf(Leniency.class),
                BareLineEnds.REFUSE,
                Pace.DEFAULT,
                "0");
    }

    /// For a listener, whose own `message-size` goes before ours.
    Terms terms(Role role, Map<String, String> listener) {
        String own = listener.getOrDefault("message-size", listener.getOrDefault("messageSize", ""));
        DataSize size = own.isEmpty() ? messageSize : DataSize.parse(own);
        return new Terms(
                hostName,
                size.octets(),
                role == Role.SUBMISSION ? submissionRecipients : recipients,
                errors,
                junk,
                tolerated,
                xclient,
                version);
    }
}
