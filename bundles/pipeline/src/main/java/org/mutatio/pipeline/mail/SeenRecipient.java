package org.mutatio.pipeline.mail;

import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.Recipient;

/// One accepted RCPT.
public record SeenRecipient(MailAddress address, Domain policyDomain) implements Recipient {}
