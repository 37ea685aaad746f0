package org.mutatio.router.admin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.admin.Action;
import org.mutatio.api.admin.ActionCall;
import org.mutatio.api.admin.ActionException;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Argument;
import org.mutatio.api.admin.Json;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.EffectivePolicy;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.toml.Problem;

/// An action as words and work; a folder that cannot be read or written becomes EX_IOERR with the reason here.
record AdminAction(String name, String summary, List<Argument> arguments, String example, boolean changes, Work work)
        implements Action {

    static final int EX_NOINPUT = 66;
    static final int EX_IOERR = 74;
    static final int EX_CONFIG = 78;

    /// Does the work of one action.
    @FunctionalInterface
    interface Work {
        ActionResult run(ActionCall call) throws ActionException, IOException;
    }

    @Override
    public ActionResult run(ActionCall call) throws ActionException {
        try {
            return work.run(call);
        } catch (IOException e) {
            throw new ActionException(EX_IOERR, "config/domains: " + e + "; nothing was changed");
        }
    }

    /// @throws ActionException it is no domain name
    static Domain domain(String name) throws ActionException {
        try {
            return Domain.parse(name.strip());
        } catch (IllegalArgumentException e) {
            throw ActionException.usage(String.valueOf(e.getMessage()));
        }
    }

    /// @throws ActionException it is not ours
    static EffectivePolicy ours(DomainPolicies set, Domain domain) throws ActionException {
        Optional<EffectivePolicy> policy = set.effective(domain);
        return policy.orElseThrow(() ->
                ActionException.notFound(domain + " is not one of our domains (`mutatio domain list` shows them)"));
    }

    /// What a check found; exit code 78 (EX_CONFIG) when something is wrong.
    ///
    /// @param success the last line when nothing is
    /// @param failure the last line when something is
    static ActionResult checked(
            List<Problem> problems, List<Problem> warnings, String success, String failure, Json detail) {
        StringBuilder text = new StringBuilder();
        problems.forEach(problem -> text.append(problem).append('\n'));
        warnings.forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        text.append(problems.isEmpty() ? success : failure);
        Json json = Json.object()
                .with("problems", strings(problems))
                .with("warnings", strings(warnings))
                .with("detail", detail);
        return new ActionResult(text.toString(), json, problems.isEmpty() ? 0 : EX_CONFIG);
    }

    private static Json strings(List<Problem> problems) {
        return Json.strings(problems.stream().map(Problem::toString).toList());
    }
}
