package org.mutatio.console.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.mutatio.api.admin.ActionResult;
import org.mutatio.api.admin.Json;
import org.mutatio.api.admin.Printable;

/// The lines of JSON that go to the caller of one action, each flushed.
///
/// Threads: the action puts lines in (from several threads, if it likes), the thread of the exchange takes them out. So
/// an action never waits for a reader that is stopped or gone, who would hold up a deployment with its lock: progress
/// that he does not take is dropped and counted.
final class Answer {
    private static final int WAITING_LINES = 1_000;

    private record Line(String text, boolean last) {}

    private final LinkedBlockingQueue<Line> lines = new LinkedBlockingQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();

    /// One line of progress, `{"progress": ...}`.
    void progress(String text) {
        if (waiting.incrementAndGet() > WAITING_LINES) {
            int _ = waiting.decrementAndGet();
            int _ = dropped.incrementAndGet();
            return;
        }
        lines.add(new Line(progressLine(text), false));
    }

    private static String progressLine(String text) {
        return Json.object().with("progress", Printable.of(text)).write();
    }

    /// The last line, `{"exit": ..., "text": ..., "json": ...}`; what comes after it is not sent.
    void end(ActionResult result) {
        int left = dropped.get();
        if (left > 0) {
            lines.add(new Line(progressLine(left + " lines of progress were left out: nobody read them"), false));
        }
        lines.add(new Line(
                Json.object()
                        .with("exit", result.exitCode())
                        .with("text", Printable.of(result.text()))
                        .with("json", result.json())
                        .write(),
                true));
    }

    /// Sends the lines as they come; returns behind the last one.
    ///
    /// @throws IOException the reader is gone
    void send(OutputStream to) throws IOException, InterruptedException {
        Line line;
        do {
            line = lines.take();
            int _ = waiting.decrementAndGet();
            to.write((Printable.of(line.text()) + "\n").getBytes(StandardCharsets.UTF_8));
            to.flush();
        } while (!line.last());
    }
}
