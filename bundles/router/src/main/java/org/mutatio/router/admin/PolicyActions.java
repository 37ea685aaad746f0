package org.mutatio.router.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.api.policy.Policy;
import org.mutatio.router.folder.PolicyKeeper;

/// `policy show|check|deploy`.
public final class PolicyActions {

    static final String CHECK_SUMMARY = "whether the files in config/domains are right; every problem at once";
    static final List<Argument> CHECK_ARGUMENTS = List.of(
            Argument.optional("FOLDER", "another folder with files of domains, to be checked as if it were ours"));
    static final String CHECK_EXAMPLE = "mutatio policy check";

    private PolicyActions() {}

    public static List<Action> all(PolicyKeeper keeper) {
        return List.of(
                new AdminAction(
                        "policy show",
                        "the effective policy of a domain: value, file and line, and whose file set it",
                        List.of(Argument.required("DOMAIN", "one of our domains")),
                        "mutatio policy show us.shop.example.org",
                        false,
                        call -> show(keeper, call)),
                new AdminAction(
                        "policy check",
                        CHECK_SUMMARY,
                        CHECK_ARGUMENTS,
                        CHECK_EXAMPLE,
                        false,
                        call -> check(keeper, call)),
                new AdminAction(
                        "policy deploy",
                        "checks the whole set with this file, and puts it in force",
                        List.of(Argument.required("FILE", "a domain's file, named as it shall be in config/domains")),
                        "mutatio policy deploy shop.example.org.toml",
                        true,
                        call -> deploy(keeper, call)));
    }

    private static ActionResult show(PolicyKeeper keeper, ActionCall call) throws ActionException {
        Policy policy = AdminAction.ours(keeper.current(), AdminAction.domain(call.require("DOMAIN")));
        StringBuilder text = new StringBuilder();
        List<Json> items = new ArrayList<>();
        for (Policy.Entry entry : policy.entries()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-32s %-28s %-48s %s%s%n",
                    entry.path(),
                    entry.value(),
                    entry.origin(),
                    entry.inheritedFrom(),
                    entry.locked() ? " locked" : ""));
            items.add(Json.object()
                    .with("path", entry.path())
                    .with("value", entry.value())
                    .with("origin", entry.origin())
                    .with("inherited_from", entry.inheritedFrom())
                    .with("locked", entry.locked()));
        }
        return ActionResult.of(text.toString(), Json.array(items));
    }

    private static ActionResult check(PolicyKeeper keeper, ActionCall call) throws ActionException, IOException {
        Optional<Path> folder = folder(call);
        var loaded = folder.isPresent() ? keeper.check(folder.get()) : keeper.check(Map.of());
        return AdminAction.checked(loaded.problems(), loaded.warnings(), "the policies are right\n", "", Json.object());
    }

    /// The folder named in a call.
    static Optional<Path> folder(ActionCall call) throws ActionException {
        Optional<String> named = call.get("FOLDER");
        Optional<Path> folder = named.isPresent() ? Optional.of(path(named.get())) : Optional.empty();
        if (folder.isPresent() && !folder.get().isAbsolute()) {
            throw ActionException.usage("give the folder from the root on: the server's own folder is not yours");
        }
        if (folder.isPresent() && !Files.isDirectory(folder.get())) {
            throw new ActionException(AdminAction.EX_NOINPUT, "there is no folder " + folder.get());
        }
        return folder;
    }

    /// @throws ActionException no file can have that name
    private static Path path(String name) throws ActionException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw ActionException.usage("no file can have that name: " + e.getReason());
        }
    }

    private static ActionResult deploy(PolicyKeeper keeper, ActionCall call) throws ActionException, IOException {
        String name = String.valueOf(path(call.get("FILE.path").orElse("")).getFileName());
        if (!name.endsWith(".toml")) {
            throw ActionException.usage("the file is to be named DOMAIN.toml, not " + name);
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(call.octets("FILE")))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ActionException.data(name + " is not UTF-8; save it as UTF-8");
        }
        var state = keeper.change(Map.of(name, Optional.of(text)), "policy deploy");
        return AdminAction.checked(
                state.problems(),
                state.warnings(),
                "in force, version " + keeper.current().version() + "\n",
                "nothing was changed\n",
                Json.object().with("version", keeper.current().version()));
    }
}
