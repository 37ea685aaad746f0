package org.mutatio.pipeline.transaction;

import org.mutatio.api.policy.Router;
import org.mutatio.pipeline.mail.Draft;

/// One recipient and one of its targets: what becomes of the message there. Used by one thread.
final class Unit {

    private final Accepted recipient;
    private final Router.Target target;
    private final Ruling ruling;
    private Draft draft;
    private Verdict verdict;

    Unit(Accepted recipient, Router.Target target, Ruling ruling, Draft draft, Verdict verdict) {
        this.recipient = recipient;
        this.target = target;
        this.ruling = ruling;
        this.draft = draft;
        this.verdict = verdict;
    }

    Accepted recipient() {
        return recipient;
    }

    Router.Target target() {
        return target;
    }

    /// For DELIVER: the recipient's; for SEND: the sender's.
    Ruling ruling() {
        return ruling;
    }

    Draft draft() {
        return draft;
    }

    void draft(Draft changed) {
        this.draft = changed;
    }

    Verdict verdict() {
        return verdict;
    }

    void verdict(Verdict other) {
        this.verdict = other;
    }

    /// For the trace.
    String words() {
        return switch (target) {
            case Router.Target.Mailbox mailbox -> mailbox.address().toString();
            case Router.Target.Relay relay -> relay.address() + " by " + relay.lane();
        };
    }
}
