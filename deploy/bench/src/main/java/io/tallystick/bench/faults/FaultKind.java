// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.util.List;
import java.util.Locale;

/** What is done to the ledger. */
enum FaultKind implements Worded {
    /** SIGKILL; the supervisor starts the process again. */
    KILL,
    /** SIGSTOP for longer than a transaction and a session may last, then SIGCONT: a zombie. */
    PAUSE,
    /** Clean shutdown of a broker, and start. */
    BROKER_RESTART,
    /** Every partition, also of the coordinators' topics, gets another leader. */
    LEADER_MOVED,
    /** Instances come and go faster than groups settle. */
    REBALANCE_STORM,
    /** Killed, and the local state is gone. */
    STATE_DELETED,
    /** No space left on the file system of the local state. */
    DISK_FULL,
    /** The wall clock of one process jumps by an hour, and back. */
    CLOCK_MOVED,
    /** No bytes pass between a stage and the brokers: connections cut, or silent with what was sent arriving late. */
    NETWORK_CUT;

    /** What it can be done to. */
    List<Role> roles() {
        return switch (this) {
            case KILL, PAUSE, CLOCK_MOVED -> List.of(Role.BROKER, Role.INGEST, Role.CHAIN, Role.ANCHOR);
            case BROKER_RESTART -> List.of(Role.BROKER);
            case LEADER_MOVED -> List.of(Role.CLUSTER);
            case REBALANCE_STORM, NETWORK_CUT -> List.of(Role.INGEST, Role.CHAIN, Role.ANCHOR);
            case STATE_DELETED, DISK_FULL -> List.of(Role.CHAIN, Role.ANCHOR);
        };
    }

    /** The word in tables and options. */
    @Override
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static FaultKind ofWord(String word) {
        return Worded.of(values(), word, "fault");
    }
}
