package org.mutatio.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What Linux and the JDK's `jcmd` say of a server.
public final class ServerProcess {

    private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

    private static final Pattern TOTAL = Pattern.compile("Total = (\\d+)");

    private final long pid;

    public ServerProcess(long pid) {
        this.pid = pid;
    }

    /// User and system time.
    public double cpuMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.US_ASCII);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10.0;
    }

    /// Resident memory now, KiB.
    public long rss() throws IOException {
        return status("VmRSS:");
    }

    /// The most resident memory it ever had, KiB.
    public long peak() throws IOException {
        return status("VmHWM:");
    }

    public long threads() throws IOException {
        return status("Threads:");
    }

    /// Open file descriptors.
    public long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return all.count();
        }
    }

    /// Class loaders that live.
    public long loaders() throws InterruptedException {
        Matcher total = TOTAL.matcher(jcmd("VM.classloader_stats"));
        if (!total.find()) {
            throw new IllegalStateException("jcmd VM.classloader_stats says no total");
        }
        return Long.parseLong(total.group(1));
    }

    private long status(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status"), StandardCharsets.US_ASCII).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name + " of process " + pid));
    }

    /// Heap in use after a collection, KiB.
    public long heap() throws InterruptedException {
        String _ = jcmd("GC.run");
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        long sum = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1));
        }
        return sum;
    }

    private String jcmd(String command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pid),
                            command)
                    .redirectErrorStream(true)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new UncheckedIOException(new IOException("jcmd " + command + ": " + out));
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
