package org.mutatio.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An action as the server describes it: see `GET /actions` of the console.
///
/// @param name words of the command line
record ActionDescription(String name, String summary, List<Parameter> parameters, String example) {

    /// @param kind as in `org.mutatio.api.admin.Argument.Kind`
    record Parameter(String name, String kind, String description) {}

    static List<ActionDescription> list(String json) throws IOException {
        List<ActionDescription> actions = new ArrayList<>();
        if (JsonText.read(json) instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> fields) {
                    List<Parameter> parameters = new ArrayList<>();
                    if (fields.get("arguments") instanceof List<?> arguments) {
                        for (Object argument : arguments) {
                            if (argument instanceof Map<?, ?> described) {
                                parameters.add(new Parameter(
                                        text(described, "name"),
                                        text(described, "kind"),
                                        text(described, "description")));
                            }
                        }
                    }
                    actions.add(new ActionDescription(
                            text(fields, "name"), text(fields, "summary"), parameters, text(fields, "example")));
                }
            }
        }
        return actions;
    }

    private static String text(Map<?, ?> fields, String name) {
        Object value = fields.get(name);
        return value == null ? "" : value.toString();
    }
}
