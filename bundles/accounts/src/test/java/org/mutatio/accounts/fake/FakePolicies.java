package org.mutatio.accounts.fake;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.mutatio.api.policy.Policies;
import org.mutatio.api.policy.Policy;
import org.mutatio.api.policy.PolicySet;
import org.mutatio.sdk.mail.Domain;
import org.mutatio.sdk.settings.DataSize;
import org.mutatio.sdk.settings.SettingTable;
import org.mutatio.sdk.settings.SettingValue;

/// One domain of ours, `example.com`, with the alias `example.net`; tags begin with `+`.
public final class FakePolicies implements Policies {

    public static final Domain MAIN = Domain.parse("example.com");
    public static final Domain ALIAS = Domain.parse("example.net");

    @Override
    public PolicySet current() {
        return new PolicySet() {
            @Override
            public long version() {
                return 1;
            }

            @Override
            public Optional<Policy> of(Domain domain) {
                return domain.equals(MAIN) || domain.equals(ALIAS) ? Optional.of(new Ours()) : Optional.empty();
            }

            @Override
            public Policy defaults() {
                return new Ours();
            }

            @Override
            public List<Domain> domains() {
                return List.of(MAIN);
            }
        };
    }

    @Override
    public AutoCloseable listen(Runnable changed) {
        return () -> {};
    }

    private static final class Ours implements Policy {
        @Override
        public Domain domain() {
            return MAIN;
        }

        @Override
        public String name() {
            return MAIN.ascii();
        }

        @Override
        public String key() {
            return "1";
        }

        @Override
        public DataSize size(String path) {
            return DataSize.parse("2 GB");
        }

        @Override
        public Duration duration(String path) {
            throw new IllegalArgumentException(path);
        }

        @Override
        public boolean flag(String path) {
            throw new IllegalArgumentException(path);
        }

        @Override
        public long number(String path) {
            throw new IllegalArgumentException(path);
        }

        @Override
        public double decimal(String path) {
            throw new IllegalArgumentException(path);
        }

        @Override
        public String text(String path) {
            if (path.equals("recipients.separator")) {
                return "+";
            }
            throw new IllegalArgumentException(path);
        }

        @Override
        public List<String> list(String path) {
            throw new IllegalArgumentException(path);
        }

        @Override
        public String origin(String path) {
            return "default";
        }

        @Override
        public List<Entry> entries() {
            return List.of();
        }

        @Override
        public SettingTable filter(String name) {
            throw new IllegalArgumentException(name);
        }

        @Override
        public Optional<SettingValue> value(String path) {
            return Optional.empty();
        }
    }
}
