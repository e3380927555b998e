// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Control;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.topic.LedgerIntegrityException;

/** The records entries travel in: the hashed bytes, and beside them what they commit to. */
final class Envelopes {
    private static final int NO_EPOCH = -1;

    private Envelopes() {}

    /** A record that lacks only its place in the partition. */
    @FunctionalInterface
    interface Envelope {
        LedgerEntry numbered(long pseq);
    }

    static Envelope genesis(LinkedEntry entry) {
        return pseq -> new LedgerEntry(
                pseq, chain(entry), entry.entry().seq(), NO_EPOCH, entry.bytes(), null, null, null, null, null);
    }

    /**
     * @param detail one sentence for the tenant; null if there is nothing to say
     * @throws LedgerIntegrityException if a commitment came without its salt, or a salt without a commitment
     */
    static Envelope of(AdmittedEvent message, LinkedEntry entry, String detail) {
        if (message.getKind() == AdmittedKind.GAP || message.getKind() == AdmittedKind.SOURCE) {
            return genesis(entry);
        }
        requirePair(entry, "payload", message.getPayloadCommit(), message.getPayloadSalt());
        requirePair(entry, "context", message.getContextCommit(), message.getContextSalt());
        return pseq -> new LedgerEntry(
                pseq,
                message.getChain(),
                entry.entry().seq(),
                message.getLeaderEpoch(),
                entry.bytes(),
                message.getPayload(),
                message.getPayloadSalt(),
                message.getContext(),
                message.getContextSalt(),
                detail);
    }

    static Envelope of(Control control, LinkedEntry entry) {
        return of(control, entry, NO_EPOCH);
    }

    /** @param leaderEpoch the leader epoch the chain has from this entry on; -1 if it keeps its own */
    static Envelope of(Control control, LinkedEntry entry, int leaderEpoch) {
        return pseq -> new LedgerEntry(
                pseq,
                chain(entry),
                entry.entry().seq(),
                leaderEpoch,
                entry.bytes(),
                control.getPayload(),
                control.getPayloadSalt(),
                null,
                null,
                null);
    }

    private static String chain(LinkedEntry entry) {
        return entry.entry().chain().toString();
    }

    private static void requirePair(LinkedEntry entry, String what, Object commit, Object salt) {
        if ((commit == null) != (salt == null)) {
            throw new LedgerIntegrityException(
                    "message for entry " + entry.entry().seq() + " of "
                            + entry.entry().chain() + " has only one of the " + what + " commitment and its salt");
        }
    }
}
