package org.mutatio.smtp;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// Table `[smtp]` of mutatio.toml.
@ObjectClassDefinition(name = "SMTP, submission and LMTP")
public @interface SmtpConfig {
    @AttributeDefinition(
            description = "This server's name in greeting, EHLO and Received; empty: the machine's own full name")
    String hostName() default "";

    @AttributeDefinition(
            description = "Largest message, announced as SIZE (RFC 1870); a larger one is refused 552 5.3.4."
                    + " A listener's message-size goes before it, a policy may allow less")
    String messageSize() default "50 MB";

    @AttributeDefinition(description = "Most recipients of one message on mx and lmtp (at least 100); 452 4.5.3 beyond")
    int recipients() default 1_000;

    @AttributeDefinition(description = "Most recipients of one message on submission")
    int submissionRecipients() default 200;

    @AttributeDefinition(description = "Errors a client may make without delivering mail, before 421")
    int errorLimit() default 20;

    @AttributeDefinition(description = "Commands a client may send that move no mail, before 421")
    int junkLimit() default 100;

    @AttributeDefinition(
            description = "What becomes of a message with a bare CR or LF: \"refuse\" (550 5.6.0) or \"normalise\"")
    String bareLineEnds() default "refuse";

    @AttributeDefinition(description = "Networks whose hosts may say XCLIENT, such as [\"127.0.0.1\"]")
    String[] xclient() default {};

    @AttributeDefinition(
            description = "Leniencies to switch off: \"space-after-colon\", \"trailing-blanks\","
                    + " \"undeclared-eight-bit\", \"odd-hello-names\"")
    String[] strict() default {};

    @AttributeDefinition(description = "How long a client may take for its next command")
    String commandTimeout() default "300 s";

    @AttributeDefinition(description = "How long a session may last, looked at between messages")
    String sessionTimeout() default "1 h";

    @AttributeDefinition(
            description = "How long one message may take to come in, and the commands from MAIL on before it")
    String messageTimeout() default "1 h";

    @AttributeDefinition(description = "Octets a second that a message must come with, on average")
    int dataRate() default 500;

    @AttributeDefinition(description = "How far a message may fall behind that rate")
    String dataGrace() default "30 s";
}
