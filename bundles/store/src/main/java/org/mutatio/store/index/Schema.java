package org.mutatio.store.index;

import java.util.List;

/// Tables of the index, format 1. No foreign keys: events always apply, and a check costs on every row.
final class Schema {

    static final List<String> TABLES = List.of(
            "CREATE TABLE IF NOT EXISTS meta (name VARCHAR(40) PRIMARY KEY, number BIGINT, text VARCHAR)",
            "CREATE TABLE IF NOT EXISTS account (id BIGINT PRIMARY KEY, address VARCHAR NOT NULL, display_name VARCHAR NOT"
                    + " NULL, credentials VARCHAR NOT NULL, quota BIGINT, enabled BOOLEAN NOT NULL, created BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS mailbox (id BIGINT PRIMARY KEY, account BIGINT NOT NULL, name VARCHAR NOT NULL,"
                    + " uid_validity BIGINT NOT NULL, role VARCHAR(20) NOT NULL, uid_next BIGINT NOT NULL, mod_seq BIGINT NOT"
                    + " NULL, messages BIGINT NOT NULL, unseen BIGINT NOT NULL, deleted BIGINT NOT NULL, octets BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS name (account BIGINT, name VARCHAR, empty BOOLEAN, PRIMARY KEY (account, name, empty))",
            "CREATE TABLE IF NOT EXISTS lease (name VARCHAR PRIMARY KEY, fence BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS fingerprint (hex VARCHAR(64) PRIMARY KEY, mail_id VARCHAR(26) NOT NULL, at BIGINT NOT"
                    + " NULL, seq BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS mail (seq BIGINT PRIMARY KEY, mail_id VARCHAR(26) NOT NULL, segment BIGINT NOT NULL,"
                    + " at INT NOT NULL, live INT NOT NULL, octets BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS mail_id ON mail (mail_id)",
            "CREATE INDEX IF NOT EXISTS mail_segment ON mail (segment, live)",
            "CREATE TABLE IF NOT EXISTS message (mailbox BIGINT, uid BIGINT, mod_seq BIGINT NOT NULL, flags INT NOT NULL,"
                    + " keywords VARCHAR NOT NULL, octets BIGINT NOT NULL, at BIGINT NOT NULL, mail BIGINT NOT NULL, form INT NOT"
                    + " NULL, PRIMARY KEY (mailbox, uid))",
            "CREATE TABLE IF NOT EXISTS expunged (mailbox BIGINT, uid BIGINT, mod_seq BIGINT NOT NULL, PRIMARY KEY (mailbox,"
                    + " uid))",
            "CREATE TABLE IF NOT EXISTS queue (id BIGINT PRIMARY KEY, mail BIGINT NOT NULL, mail_id VARCHAR(26) NOT NULL, form"
                    + " INT NOT NULL, lane VARCHAR NOT NULL, sender VARCHAR NOT NULL, recipients VARCHAR NOT NULL, state"
                    + " VARCHAR(10) NOT NULL, attempts INT NOT NULL, queued BIGINT NOT NULL, next_attempt BIGINT NOT NULL, expires"
                    + " BIGINT NOT NULL, octets BIGINT NOT NULL, last_result VARCHAR NOT NULL, attributes VARCHAR NOT NULL)",
            "CREATE INDEX IF NOT EXISTS queue_lane ON queue (lane, next_attempt)");

    private Schema() {}
}
