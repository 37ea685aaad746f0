package org.mutatio.smtp.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What was said in the clear does not count under TLS: promises.md section 8 row 20. The conversations are in
/// `transcripts/starttls-injection.txt`; octets that come behind our 220 are `ports`' business (its TlsTest).
final class StartTlsInjectionTest {
    static final String FILE = "starttls-injection.txt";

    @TestFactory
    List<DynamicTest> nothingCrossesStartTls() throws IOException, URISyntaxException {
        List<DynamicTest> tests = TranscriptsTest.conversations(TranscriptsTest.file(FILE));
        assertTrue(tests.size() >= 3 * 20, () -> "only " + tests.size());
        return tests;
    }
}
