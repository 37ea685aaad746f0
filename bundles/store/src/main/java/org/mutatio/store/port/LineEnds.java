package org.mutatio.store.port;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.mutatio.sdk.mail.Octets;

/// Mail has lines that end with CR LF, files of other mail programs have LF.
final class LineEnds {

    private LineEnds() {}

    /// Whether LF files can hold it so that the way back gives the same octets: every LF has exactly one CR before it.
    static boolean reversible(Octets octets) throws IOException {
        Counting counting = new Counting();
        octets.transfer(0, octets.size(), counting);
        return counting.reversible;
    }

    private static final class Counting extends OutputStream {
        private boolean reversible = true;
        private int last;
        private int before;

        @Override
        public void write(int octet) {
            if (octet == '\n' && (last != '\r' || before == '\r')) {
                reversible = false;
            }
            before = last;
            last = octet & 0xff;
        }

        @Override
        public void write(byte[] octets, int from, int length) {
            for (int i = from; i < from + length; i++) {
                write(octets[i]);
            }
        }
    }

    /// Leaves out the CR of each CR LF.
    static final class Lf extends OutputStream {
        private final OutputStream to;
        private boolean cr;

        Lf(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int octet) throws IOException {
            if (cr && octet != '\n') {
                to.write('\r');
            }
            cr = octet == '\r';
            if (!cr) {
                to.write(octet);
            }
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            for (int i = from; i < from + length; i++) {
                write(octets[i]);
            }
        }

        /// Nothing more comes; a CR at the very end stays.
        void end() throws IOException {
            if (cr) {
                to.write('\r');
                cr = false;
            }
        }
    }

    /// Puts a CR before each LF that has none.
    static final class Crlf implements IncomingMessage.Sink {
        private final IncomingMessage.Sink to;
        private final ByteBuffer out = ByteBuffer.allocate(16 * 1024);
        private boolean cr;

        Crlf(IncomingMessage.Sink to) {
            this.to = to;
        }

        @Override
        public void accept(ByteBuffer octets) throws IOException {
            while (octets.hasRemaining()) {
                put(octets.get());
            }
        }

        void put(byte octet) throws IOException {
            if (out.remaining() < 2) {
                flush();
            }
            if (octet == '\n' && !cr) {
                out.put((byte) '\r');
            }
            out.put(octet);
            cr = octet == '\r';
        }

        void flush() throws IOException {
            to.accept(out.flip());
            out.clear();
        }
    }
}
