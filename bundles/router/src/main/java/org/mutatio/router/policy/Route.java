package org.mutatio.router.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;

/// One `[[route]]`: when it matches, and where the mail then goes.
///
/// @param to any of these; empty list: every recipient
/// @param from any of these, `<>` is the null reverse-path; empty list: every sender
/// @param sizeOver only messages of more octets
/// @param sizeUnder only messages of fewer octets
/// @param authenticated only mail of our users, or only that of others
/// @param origin `config/domains/example.com.toml:12`
public record Route(
        List<AddressPattern> to,
        List<Sender> from,
        OptionalLong sizeOver,
        OptionalLong sizeUnder,
        Optional<Boolean> authenticated,
        Action action,
        String origin) {

    public Route {
        to = List.copyOf(to);
        from = List.copyOf(from);
    }

    /// Who sends: an address, or nobody (`<>`).
    sealed interface Sender {
        record Null() implements Sender {}

        record Like(AddressPattern pattern) implements Sender {}

        static Sender parse(String text) {
            return text.strip().equals("<>") ? new Null() : new Like(AddressPattern.parse(text));
        }

        private boolean matches(ReversePath sender) {
            return switch (this) {
                case Null _ -> sender.address().isEmpty();
                case Like(var pattern) ->
                    sender.address()
                            .map(address -> pattern.matches(address.folded()))
                            .orElse(false);
            };
        }

        private boolean covers(Sender other) {
            return this instanceof Like(var mine) && other instanceof Like(var theirs)
                    ? mine.covers(theirs)
                    : equals(other);
        }
    }

    /// What a route does.
    public sealed interface Action {

        /// @param host `mx.example.com:25`
        /// @param tls `require`, `opportunistic`, or empty: the policy's `tls.outgoing`
        record Relay(String host, String tls) implements Action {}

        /// Asks Java: a `RouteProvider` of that name.
        record Provider(String name, String tls) implements Action {}

        /// The mailbox here; later routes are not asked.
        record Local() implements Action {}
    }

    /// @param recipient folded, with the main name of its domain
    /// @param size 0: not known yet, then a route that asks for the size does not match
    public boolean matches(ReversePath sender, MailAddress recipient, long size, boolean loggedIn) {
        return (to.isEmpty() || to.stream().anyMatch(pattern -> pattern.matches(recipient)))
                && (from.isEmpty() || from.stream().anyMatch(pattern -> pattern.matches(sender)))
                && (sizeOver.isEmpty() || size > sizeOver.getAsLong())
                && (sizeUnder.isEmpty() || size > 0 && size < sizeUnder.getAsLong())
                && (authenticated.isEmpty() || authenticated.get() == loggedIn);
    }

    /// Whether the message's size has a say in [#matches].
    public boolean asksSize() {
        return sizeOver.isPresent() || sizeUnder.isPresent();
    }

    /// Whether a later route is never reached behind this one: whatever matches it matches this one before.
    boolean hides(Route later) {
        if (action instanceof Action.Provider) {
            return false; // it may say: not me
        }
        return (to.isEmpty() || !later.to.isEmpty() && later.to.stream().allMatch(this::coversRecipient))
                && (from.isEmpty()
                        || !later.from.isEmpty() && later.from.stream().allMatch(this::coversSender))
                && (sizeOver.isEmpty()
                        || later.sizeOver.isPresent() && later.sizeOver.getAsLong() >= sizeOver.getAsLong())
                && (sizeUnder.isEmpty()
                        || later.sizeUnder.isPresent() && later.sizeUnder.getAsLong() <= sizeUnder.getAsLong())
                && (authenticated.isEmpty() || authenticated.equals(later.authenticated));
    }

    private boolean coversRecipient(AddressPattern other) {
        return to.stream().anyMatch(pattern -> pattern.covers(other));
    }

    private boolean coversSender(Sender other) {
        return from.stream().anyMatch(pattern -> pattern.covers(other));
    }

    /// For people.
    String shown() {
        List<String> words = new ArrayList<>();
        if (!to.isEmpty()) {
            words.add("to "
                    + String.join(
                            " or ", to.stream().map(AddressPattern::toString).toList()));
        }
        if (!from.isEmpty()) {
            words.add("from "
                    + String.join(" or ", from.stream().map(Route::shown).toList()));
        }
        sizeOver.ifPresent(size -> words.add("size over " + size + " B"));
        sizeUnder.ifPresent(size -> words.add("size under " + size + " B"));
        authenticated.ifPresent(yes -> words.add(yes ? "authenticated" : "not authenticated"));
        String when = words.isEmpty() ? "always" : String.join(", ", words);
        return when + " -> "
                + switch (action) {
                    case Action.Relay(var host, var tls) ->
                        "relay " + host + (tls.isEmpty() ? "" : " (tls " + tls + ")");
                    case Action.Provider name -> "provider " + name.name();
                    case Action.Local _ -> "mailbox here";
                };
    }

    private static String shown(Sender sender) {
        return sender instanceof Sender.Like(var pattern) ? pattern.toString() : "<>";
    }
}
