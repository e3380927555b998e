// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

/** What goes wrong. A history has a random choice of them. */
enum Fault {
    // what befalls single requests, now and then
    SEND_LOST(true),
    SEND_LANDED_BUT_FAILED(true),
    SEND_SLOW(true),
    ACKNOWLEDGED_LATE(true),
    NOTICE_LOST(true),
    NOTICE_LATE(true),
    NOTICE_TWICE(true),
    COMMIT_LOST(true),
    LOOKUP_FAILED(true),
    LOOKUP_SLOW(true),
    SEQUENCER_SLOW(true),
    // what befalls a part of the world, at a moment
    INGEST_KILLED(false),
    INGEST_FROZEN(false),
    PARTITION_MOVED(false),
    PARTITION_TAKEN(false),
    POSITION_SET(false),
    SEQUENCER_KILLED(false),
    SEQUENCER_STORE_LOST(false),
    SOURCE_RETENTION(false),
    SOURCE_LEADER_MOVED(false),
    SOURCE_CUT(false),
    TOPIC_CREATED_AGAIN(false),
    TENANT_SUSPENDED(false),
    INGEST_LOG_TAIL_LOST(false),
    INGEST_LOG_OVERRUN(false);

    private final boolean ofRequests;

    Fault(boolean ofRequests) {
        this.ofRequests = ofRequests;
    }

    /** Whether it befalls requests, rather than happening at a moment of its own. */
    boolean isOfRequests() {
        return ofRequests;
    }
}
