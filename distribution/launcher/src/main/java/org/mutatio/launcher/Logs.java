package org.mutatio.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// One line per event, logfmt: to standard output (journald takes it there) and to `data/log/mutatio.log`, rolled daily
/// and at 20 MB, 14 days, at most 500 MB. Set up in code: parsing an XML file would cost a tenth of the start.
final class Logs {
    /// A line break inside of a message would forge a line, and ESC or a mark that turns the reading direction would
    /// act on the terminal of who reads the log; what a client sent may be in it.
    private static final String LINE = "ts=%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} level=%p logger=%logger{0}"
            + " %replace(%replace(%m){'[\\r\\n]+','\\\\n'}){'[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e"
            + "\\u2066-\\u2069\\ufeff]','?'}%n%ex";

    private static final int REMEMBERED = 20;

    private Logs() {}

    /// @param level of our own classes, `info` when null
    /// @return gives the last lines of WARN and ERROR, oldest first
    static Supplier<List<String>> begin(Path folder, @Nullable String level) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();

        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        start(console, context);

        RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
        file.setFile(folder.resolve("mutatio.log").toString());
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(file);
        // %i and the date are logback's own; a percent sign in the folder's name would be taken for one.
        policy.setFileNamePattern(folder.toString().replace("%", "\\%") + "/mutatio-%d{yyyy-MM-dd}.%i.log.gz");
        policy.setMaxFileSize(FileSize.valueOf("20MB"));
        policy.setMaxHistory(14);
        policy.setTotalSizeCap(FileSize.valueOf("500MB"));
        policy.start();
        file.setRollingPolicy(policy);
        start(file, context);

        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(console);
        root.addAppender(file);
        context.getLogger("org.mutatio")
                .setLevel(Level.toLevel(level == null ? "info" : level.toUpperCase(Locale.ROOT)));
        context.getLogger("org.apache.felix").setLevel(Level.WARN);

        Remembered remembered = new Remembered();
        remembered.setContext(context);
        remembered.start();
        root.addAppender(remembered);
        return remembered;
    }

    /// The last warnings and errors, for `status`.
    private static final class Remembered extends AppenderBase<ILoggingEvent> implements Supplier<List<String>> {
        private final Deque<String> lines = new ArrayDeque<>(REMEMBERED);

        /// Called under the appender's own lock only.
        @Override
        protected void append(ILoggingEvent event) {
            if (!event.getLevel().isGreaterOrEqual(Level.WARN)) {
                return;
            }
            String line = event.getInstant() + " " + event.getLevel() + " " + event.getFormattedMessage();
            synchronized (lines) {
                if (lines.size() == REMEMBERED) {
                    lines.removeFirst();
                }
                lines.addLast(line.length() > 500 ? line.substring(0, 500) : line);
            }
        }

        @Override
        public List<String> get() {
            synchronized (lines) {
                return List.copyOf(lines);
            }
        }
    }

    private static void start(OutputStreamAppender<ILoggingEvent> appender, LoggerContext context) {
        appender.setContext(context);
        appender.setEncoder(encoder(context));
        appender.start();
    }

    static PatternLayoutEncoder encoder(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(LINE);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.start();
        return encoder;
    }

    static void end() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }
}
