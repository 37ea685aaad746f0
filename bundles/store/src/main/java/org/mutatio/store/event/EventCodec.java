package org.mutatio.store.event;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import org.mutatio.store.journal.RecordType;

/// Events to CBOR (RFC 8949) and back: maps by field name, unknown fields skipped.
public final class EventCodec {

    private final Map<RecordType, ObjectReader> readers = new EnumMap<>(RecordType.class);
    private final ObjectWriter writer;
    private final ObjectReader traceReader;

    public EventCodec() {
        CBORMapper mapper = CBORMapper.builder()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
        writer = mapper.writer();
        for (RecordType type : RecordType.values()) {
            readers.put(type, mapper.readerFor(type(type)));
        }
        traceReader = mapper.readerFor(StoredTrace.class);
    }

    private static Class<? extends Event> type(RecordType type) {
        return switch (type) {
            case MAIL_ACCEPTED -> Event.MailAccepted.class;
            case MAILBOX_CREATED -> Event.MailboxCreated.class;
            case MAILBOX_RENAMED -> Event.MailboxRenamed.class;
            case MAILBOX_DELETED -> Event.MailboxDeleted.class;
            case SUBSCRIBED -> Event.Subscribed.class;
            case FLAGS_CHANGED -> Event.FlagsChanged.class;
            case COPIED -> Event.Copied.class;
            case EXPUNGED -> Event.Expunged.class;
            case ACCOUNT_SAVED -> Event.AccountSaved.class;
            case ACCOUNT_DELETED -> Event.AccountDeleted.class;
            case POLICY_DEPLOYED -> Event.PolicyDeployed.class;
            case KEY_CREATED -> Event.KeyCreated.class;
            case DEPLOYMENT_RECORDED -> Event.DeploymentRecorded.class;
            case QUEUE_CHANGED -> Event.QueueChanged.class;
            case LEASE_TAKEN -> Event.LeaseTaken.class;
            case ANSWERS_READ -> Event.AnswersRead.class;
            case RESTORED -> Event.Restored.class;
            case RECORD_MOVED -> Event.RecordMoved.class;
            case MAILBOX_NUMBERED -> Event.MailboxNumbered.class;
            case ERASED -> Event.Erased.class;
        };
    }

    public static RecordType type(Event event) {
        return switch (event) {
            case Event.MailAccepted _ -> RecordType.MAIL_ACCEPTED;
            case Event.MailboxCreated _ -> RecordType.MAILBOX_CREATED;
            case Event.MailboxRenamed _ -> RecordType.MAILBOX_RENAMED;
            case Event.MailboxDeleted _ -> RecordType.MAILBOX_DELETED;
            case Event.Subscribed _ -> RecordType.SUBSCRIBED;
            case Event.FlagsChanged _ -> RecordType.FLAGS_CHANGED;
            case Event.Copied _ -> RecordType.COPIED;
            case Event.Expunged _ -> RecordType.EXPUNGED;
            case Event.AccountSaved _ -> RecordType.ACCOUNT_SAVED;
            case Event.AccountDeleted _ -> RecordType.ACCOUNT_DELETED;
            case Event.PolicyDeployed _ -> RecordType.POLICY_DEPLOYED;
            case Event.KeyCreated _ -> RecordType.KEY_CREATED;
            case Event.DeploymentRecorded _ -> RecordType.DEPLOYMENT_RECORDED;
            case Event.QueueChanged _ -> RecordType.QUEUE_CHANGED;
            case Event.LeaseTaken _ -> RecordType.LEASE_TAKEN;
            case Event.AnswersRead _ -> RecordType.ANSWERS_READ;
            case Event.Restored _ -> RecordType.RESTORED;
            case Event.RecordMoved _ -> RecordType.RECORD_MOVED;
            case Event.MailboxNumbered _ -> RecordType.MAILBOX_NUMBERED;
            case Event.Erased _ -> RecordType.ERASED;
        };
    }

    public ByteBuffer write(Event event) {
        return writeValue(event);
    }

    public Event read(RecordType type, ByteBuffer header) throws IOException {
        byte[] octets = new byte[header.remaining()];
        header.duplicate().get(octets);
        ObjectReader reader = readers.get(type);
        if (reader == null) {
            throw new IOException("no reader for " + type);
        }
        return reader.readValue(octets);
    }

    public ByteBuffer writeTrace(StoredTrace trace) {
        return writeValue(trace);
    }

    public StoredTrace readTrace(byte[] octets) throws IOException {
        return traceReader.readValue(octets);
    }

    private ByteBuffer writeValue(Object value) {
        try {
            return ByteBuffer.wrap(writer.writeValueAsBytes(value)).asReadOnlyBuffer();
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("a record of ours that CBOR cannot hold", e);
        }
    }
}
