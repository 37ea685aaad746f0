package org.mutatio.api.admin;

/// What an action answers: the same for people and for programs.
///
/// @param text for people, lines ended by LF; may be empty
/// @param json for `--json`
/// @param exitCode of sysexits; 0 when all is well
public record ActionResult(String text, Json json, int exitCode) {

    public static ActionResult of(String text, Json json) {
        return new ActionResult(text, json, 0);
    }
}
