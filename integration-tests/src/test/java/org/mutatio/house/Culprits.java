package org.mutatio.house;

import java.sql.Connection;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Breaks the rules of the house, so that [RulesOfTheHouseTest] sees each of them bite.
final class Culprits {

    private Culprits() {}

    /// Speaks SQL, prints, asks the clock of the system.
    static final class Speaker {
        String speak(Connection connection) throws java.sql.SQLException {
            System.out.println(Instant.now());
            return connection.getCatalog();
        }
    }

    /// Stops somebody else's work.
    static final class Interrupter {
        void interrupt() {
            try (ExecutorService service = Executors.newVirtualThreadPerTaskExecutor()) {
                service.shutdownNow();
            }
        }
    }
}
