package org.mutatio.mime.header;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an address list holds; RFC 5322 section 3.4. Strings are octet strings: quotes and escapes taken off, encoded
/// words still in them (ENVELOPE wants them so); `displayName()` is for people.
public sealed interface Address {

    /// The name as written, quotes taken off.
    Optional<String> name();

    /// The name decoded.
    default Optional<String> displayName() {
        return name().map(EncodedWords::decode);
    }

    /// One mailbox.
    ///
    /// @param nullableName the display name, or of an old form the comment behind the address
    /// @param nullableRoute the obsolete source route `@a,@b` without its colon; RFC 5322 section 4.4
    /// @param localPart quotes taken off; empty when there was none
    /// @param domain with the brackets of a literal; empty when there was none (`MISSING_DOMAIN` is the
    /// writers' affair)
    record Mailbox(@Nullable String nullableName, @Nullable String nullableRoute, String localPart, String domain)
            implements Address {

        @Override
        public Optional<String> name() {
            return Optional.ofNullable(nullableName);
        }

        public Optional<String> route() {
            return Optional.ofNullable(nullableRoute);
        }

        /// `local@domain` with the local part quoted where it must be; no name.
        public String address() {
            String local = Tokens.isDotAtom(localPart) ? localPart : Tokens.quote(localPart);
            return domain.isEmpty() ? local : local + '@' + domain;
        }
    }

    /// `name: a@b, c@d;` also in From (RFC 6854); often empty (`undisclosed-recipients:;`).
    record Group(String groupName, List<Mailbox> members) implements Address {
        public Group {
            members = List.copyOf(members);
        }

        @Override
        public Optional<String> name() {
            return Optional.of(groupName);
        }
    }
}
