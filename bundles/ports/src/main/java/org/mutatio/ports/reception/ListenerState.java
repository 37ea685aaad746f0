package org.mutatio.ports.reception;

/// How a configured listener is.
///
/// @param address as configured
/// @param port the one bound; 0 while it is not bound
/// @param profile of its TLS; empty: it speaks none
/// @param problem why not, and the cure; empty when it is bound
public record ListenerState(String name, String protocol, String address, int port, String profile, String problem) {

    public boolean bound() {
        return problem.isEmpty();
    }
}
