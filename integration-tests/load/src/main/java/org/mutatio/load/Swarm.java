package org.mutatio.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Many connections of one thread, each from an address of its own in 127.0.0.0/8, so that the limits per address are
/// those of as many clients.
public final class Swarm implements AutoCloseable {

    /// What one of them says. A text may be said octet by octet.
    ///
    /// @param text said over and over from the first octet on; empty: nothing
    /// @param everyMillis an octet each; 0: nothing is said
    public record Manner(String text, long everyMillis) {
        /// Connects, reads, and is silent.
        public static final Manner IDLE = new Manner("", 0);
    }

    static final class Member {
        private final SocketChannel channel;
        private final byte[] text;
        private int said;
        private boolean greeted;

        Member(SocketChannel channel, byte[] text) {
            this.channel = channel;
            this.text = text;
        }
    }

    private final Selector selector;
    private final List<InetSocketAddress> servers;
    private final Manner manner;
    private final int wanted;
    private final int address;
    private final List<Member> members = new ArrayList<>();
    private final ByteBuffer trash = ByteBuffer.allocateDirect(64 * 1024);
    private final AtomicInteger greeted = new AtomicInteger();
    private final AtomicInteger cut = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closing;

    /// @param servers taken in turn
    /// @param firstAddress of the clients, as in `127.(1 + firstAddress / 65536).x.y`
    public Swarm(List<InetSocketAddress> servers, Manner manner, int count, int firstAddress) throws IOException {
        this.selector = Selector.open();
        this.servers = List.copyOf(servers);
        this.manner = manner;
        this.wanted = count;
        this.address = firstAddress;
        this.thread = Thread.ofPlatform().name("swarm").daemon().start(this::run);
    }

    /// Connections that were greeted.
    public int greeted() {
        return greeted.get();
    }

    /// Connections that the server ended after their greeting.
    public int cut() {
        return cut.get();
    }

    /// Connections that came to nothing: refused, or ended before a greeting.
    public int refused() {
        return refused.get();
    }

    private static InetAddress client(int number) throws IOException {
        return InetAddress.getByAddress(
                new byte[] {127, (byte) (1 + (number >> 16)), (byte) (number >> 8), (byte) number});
    }

    private void run() {
        try {
            long next = System.nanoTime();
            while (!closing) {
                // Some hundred at once: more would overflow the server's backlog, which is the kernel's limit, not its.
                for (int i = 0; i < 200 && members.size() < wanted; i++) {
                    open(members.size());
                }
                int _ = selector.select(10);
                for (SelectionKey key : selector.selectedKeys()) {
                    ready(key);
                }
                selector.selectedKeys().clear();
                if (manner.everyMillis() > 0 && System.nanoTime() >= next) {
                    next = System.nanoTime() + manner.everyMillis() * 1_000_000;
                    members.forEach(this::say);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void open(int number) throws IOException {
        SocketChannel channel = SocketChannel.open();
        Member member = new Member(channel, manner.text().getBytes(StandardCharsets.US_ASCII));
        members.add(member);
        SocketChannel _ = channel.bind(new InetSocketAddress(client(address + number), 0));
        var _ = channel.configureBlocking(false);
        boolean _ = channel.connect(servers.get(number % servers.size()));
        SelectionKey _ = channel.register(selector, SelectionKey.OP_CONNECT, member);
    }

    private void ready(SelectionKey key) throws IOException {
        Member member = (Member) key.attachment();
        try {
            if (key.isConnectable()) {
                boolean _ = member.channel.finishConnect();
                SelectionKey _ = key.interestOps(SelectionKey.OP_READ);
            }
            if (key.isReadable()) {
                trash.clear();
                int read = member.channel.read(trash);
                if (read < 0) {
                    ended(member);
                } else if (!member.greeted) {
                    member.greeted = true;
                    int _ = greeted.incrementAndGet();
                }
            }
        } catch (IOException e) {
            ended(member);
        }
    }

    private void say(Member member) {
        if (!member.greeted || member.text.length == 0 || !member.channel.isOpen()) {
            return;
        }
        try {
            int _ = member.channel.write(ByteBuffer.wrap(member.text, member.said, 1));
            member.said = (member.said + 1) % member.text.length;
        } catch (IOException e) {
            ended(member);
        }
    }

    private void ended(Member member) {
        if (member.channel.isOpen()) {
            int _ = (member.greeted ? cut : refused).incrementAndGet();
            try {
                member.channel.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        closing = true;
        Selector _ = selector.wakeup();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        for (Member member : members) {
            member.channel.close();
        }
        selector.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
