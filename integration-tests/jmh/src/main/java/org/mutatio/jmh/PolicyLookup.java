package org.mutatio.jmh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.mutatio.api.policy.Policy;
import org.mutatio.router.policy.DomainPolicies;
import org.mutatio.router.policy.PolicyLoader;
import org.mutatio.sdk.mail.Domain;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The policy of a recipient's domain among 1,000, and one setting of it; the name is parsed, as at RCPT.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PolicyLookup {
    private static final int DOMAINS = 1_000;

    private final DomainPolicies policies;
    private int next;

    public PolicyLookup() {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("_default.toml", new byte[0]);
        for (int i = 0; i < DOMAINS; i++) {
            files.put(
                    "d" + i + ".example.toml",
                    ("[recipients]\nseparator = \"" + (i % 2 == 0 ? "+" : "-") + "\"\n")
                            .getBytes(StandardCharsets.UTF_8));
        }
        PolicyLoader loader = new PolicyLoader("config/domains", (kind, name) -> {
            throw new IOException("there are no secrets");
        });
        PolicyLoader.Loaded loaded = loader.load(files, 1, Optional.empty());
        policies = loaded.set()
                .orElseThrow(() -> new IllegalStateException(loaded.problems().toString()));
    }

    private final String[] names =
            IntStream.range(0, DOMAINS).mapToObj(i -> "d" + i + ".Example").toArray(String[]::new);

    /// @return its separator
    @Benchmark
    public String look() {
        next = (next + 1) % DOMAINS;
        Policy policy = policies.of(Domain.parse(names[next])).orElseThrow();
        return policy.text("recipients.separator");
    }
}
