package org.mutatio.store.journal;

/// Types of records by their number in the frame. A number that a release does not know stops it: it is older than the
/// data.
public enum RecordType {
    MAIL_ACCEPTED(1),
    MAILBOX_CREATED(2),
    MAILBOX_RENAMED(3),
    MAILBOX_DELETED(4),
    SUBSCRIBED(5),
    FLAGS_CHANGED(6),
    COPIED(7),
    EXPUNGED(8),
    ACCOUNT_SAVED(9),
    ACCOUNT_DELETED(10),
    POLICY_DEPLOYED(11),
    KEY_CREATED(12),
    DEPLOYMENT_RECORDED(13),
    QUEUE_CHANGED(14),
    LEASE_TAKEN(15),
    ANSWERS_READ(16),
    RESTORED(17),
    RECORD_MOVED(18),
    MAILBOX_NUMBERED(19),
    ERASED(20);

    private static final RecordType[] BY_CODE = new RecordType[21];

    static {
        for (RecordType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    static java.util.Optional<RecordType> of(int code) {
        return code > 0 && code < BY_CODE.length ? java.util.Optional.of(BY_CODE[code]) : java.util.Optional.empty();
    }
}
