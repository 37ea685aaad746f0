package org.mutatio.router.routing;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mutatio.api.deploy.Live;
import org.mutatio.api.store.StoreUnavailableException;
import org.mutatio.current.Current;
import org.mutatio.sdk.mail.MailAddress;
import org.mutatio.sdk.mail.ReversePath;
import org.mutatio.sdk.policy.RouteProvider;
import org.mutatio.sdk.reply.Reply;

/// Routes in Java by their names, each behind a gate; of several of one name the live one answers.
public final class RouteProviders implements DomainRouter.Providers, AutoCloseable {

    private final Duration deadline;
    private final InstantSource clock;
    private final Map<String, Current<ProviderGate>> byName = new HashMap<>();
    private final Map<ProviderGate, String> names = new HashMap<>();
    private @Nullable Live live;

    public RouteProviders(Duration deadline, InstantSource clock) {
        this.deadline = deadline;
        this.clock = clock;
    }

    public synchronized void arrive(String name, RouteProvider provider, String symbolicName, long bundleId) {
        ProviderGate gate = new ProviderGate(name, provider, deadline, clock);
        names.put(gate, name);
        byName.computeIfAbsent(name, _ -> {
                    Current<ProviderGate> fresh = new Current<>(ProviderGate.class);
                    Live table = live;
                    if (table != null) {
                        fresh.follow(table);
                    }
                    return fresh;
                })
                .arrive(gate, symbolicName, bundleId);
    }

    @SuppressWarnings("ReferenceEquality") // that very object leaves, whatever its equals says
    public synchronized void leave(RouteProvider provider) {
        for (ProviderGate gate : List.copyOf(names.keySet())) {
            if (gate.provider() == provider) {
                Current<ProviderGate> current = byName.get(names.remove(gate));
                if (current != null) {
                    current.leave(gate);
                }
                gate.close();
            }
        }
    }

    public synchronized void follow(Live table) {
        live = table;
        byName.values().forEach(current -> current.follow(table));
    }

    @SuppressWarnings("ReferenceEquality") // as above
    public synchronized void unfollow(Live table) {
        if (live == table) {
            live = null;
        }
        byName.values().forEach(current -> current.unfollow(table));
    }

    private synchronized Optional<ProviderGate> gate(String name) {
        return Optional.ofNullable(byName.get(name)).flatMap(Current::now);
    }

    @Override
    public Optional<String> route(String name, ReversePath sender, MailAddress recipient, long size)
            throws StoreUnavailableException {
        Reply notNow = Reply.of(451, "4.3.0", "the route is not known now");
        Optional<ProviderGate> gate = gate(name);
        if (gate.isEmpty()) {
            throw new StoreUnavailableException(notNow, "no route provider " + name + " is there");
        }
        try {
            return gate.get().route(sender, recipient, size);
        } catch (ProviderGate.UnansweredException e) {
            throw new StoreUnavailableException(notNow, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public synchronized void close() {
        names.keySet().forEach(ProviderGate::close);
        names.clear();
        byName.clear();
    }
}
