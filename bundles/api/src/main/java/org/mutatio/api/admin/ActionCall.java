package org.mutatio.api.admin;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// One call of an action.
///
/// @param caller who asked: `token` (the local administrator)
/// @param arguments by the argument's name (`ADDRESS`, `--since`); a flag that is set has the value `true`, a FILE
///     argument's value is the file's content (text; other octets as base64 behind `base64:`) and `NAME.path` its path
/// @param progress takes a line of progress for people; may be ignored
public record ActionCall(String caller, Map<String, String> arguments, Consumer<String> progress) {

    private static final String BASE64 = "base64:";

    public ActionCall {
        arguments = Map.copyOf(arguments);
    }

    public Optional<String> get(String name) {
        return Optional.ofNullable(arguments.get(name));
    }

    /// @throws ActionException usage, when it is absent
    public String require(String name) throws ActionException {
        String value = arguments.get(name);
        if (value == null || value.isBlank()) {
            throw ActionException.usage(name + " is missing");
        }
        return value;
    }

    /// The octets of a FILE argument; `name` is `FILE` or `--message`.
    ///
    /// @throws ActionException usage, when it is absent or not to be decoded
    public byte[] octets(String name) throws ActionException {
        String value = get(name).orElseThrow(() -> ActionException.usage(name + " is missing"));
        if (!value.startsWith(BASE64)) {
            return value.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(value.substring(BASE64.length()));
        } catch (IllegalArgumentException e) {
            throw ActionException.usage(name + " is not base64: " + e.getMessage());
        }
    }

    public boolean flag(String name) {
        return "true".equals(arguments.get(name));
    }
}
