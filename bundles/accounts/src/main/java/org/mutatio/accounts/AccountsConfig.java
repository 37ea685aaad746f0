package org.mutatio.accounts;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "Accounts", description = "How passwords are kept and log-ins are decided")
public @interface AccountsConfig {
    @AttributeDefinition(description = "Keep a SCRAM-SHA-256 verifier beside the hash and offer SCRAM (RFC 7677)")
    boolean scram() default true;

    @AttributeDefinition(description = "PBKDF2 rounds of new SCRAM verifiers; phones compute them at log-in")
    int scramIterations() default 20_000;

    @AttributeDefinition(description = "Memory of one Argon2id hash (RFC 9106)")
    String hashMemory() default "19 MiB";

    @AttributeDefinition(description = "Passes of Argon2id over its memory")
    int hashPasses() default 2;

    @AttributeDefinition(description = "Hashes at work at once; the others wait")
    int hashThreads() default 2;

    @AttributeDefinition(description = "Log-ins that may wait for a hash; one more is answered 454 4.7.0")
    int hashQueue() default 64;

    @AttributeDefinition(description = "How long a right password is remembered (as a keyed hash); 0 s: not at all")
    String cache() default "10 m";
}
