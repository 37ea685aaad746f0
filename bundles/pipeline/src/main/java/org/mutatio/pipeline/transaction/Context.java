package org.mutatio.pipeline.transaction;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.mutatio.api.policy.Policy;
import org.mutatio.pipeline.filters.FilterEntry;
import org.mutatio.sdk.filter.FilterContext;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.settings.InvalidSettingException;
import org.mutatio.sdk.settings.SettingTable;

/// Surrounds one call. Guarded by itself: the call may run on another thread and outlive us.
final class Context implements FilterContext {

    private static final int MOST_NOTES = 20;
    private static final int LONGEST_NOTE = 200;

    private final FilterEntry filter;
    private final Policy policy;
    private final Domain domain;
    private final SettingTable table;
    private final Instant deadline;
    private final InstantSource clock;
    private final List<String> notes = new ArrayList<>();
    private boolean ended;

    Context(FilterEntry filter, Ruling ruling, SettingTable table, Instant deadline, InstantSource clock) {
        this.filter = filter;
        this.policy = ruling.policy();
        this.domain = ruling.domain();
        this.table = table;
        this.deadline = deadline;
        this.clock = clock;
    }

    @Override
    public <T extends Record> T settings(Class<T> type) {
        try {
            return filter.settings(type, policy.key(), table);
        } catch (InvalidSettingException e) {
            // The policy was checked when it was loaded, against the version of then.
            throw new IllegalStateException("settings of " + filter.name() + " do not fit: " + e.getMessage(), e);
        }
    }

    @Override
    public Domain domain() {
        return domain;
    }

    @Override
    public Instant deadline() {
        return deadline;
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public synchronized void note(String text) {
        if (!ended && notes.size() < MOST_NOTES) {
            notes.add(text.length() <= LONGEST_NOTE ? text : text.substring(0, LONGEST_NOTE));
        }
    }

    synchronized List<String> end() {
        ended = true;
        return List.copyOf(notes);
    }
}
