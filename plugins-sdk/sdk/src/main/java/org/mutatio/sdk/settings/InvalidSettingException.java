package org.mutatio.sdk.settings;

import java.util.List;

/// Values do not fit a settings record. Names every problem at once, each with its origin and a good example.
public final class InvalidSettingException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public InvalidSettingException(List<String> problems) {
        this.problems = List.copyOf(problems);
        super(String.join("; ", problems));
    }

    public List<String> problems() {
        return problems;
    }
}
