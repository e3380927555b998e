// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.chain.sequence.Identities.Seen;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Salt;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides what becomes of an admitted event whose turn it is. DESIGN.md section 6; the first that matches:
 *
 * <pre>
 * seen before, same payload, policy reject   rejected, duplicate
 * seen before, other payload                 rejected, conflict
 * ledger-if-head is not the chain's head     rejected, head-mismatch
 * seen before, same payload, policy mark     kept, names the first
 * else                                       kept, remembered
 * </pre>
 *
 * Only what is kept without naming another is remembered.
 */
final class EventRules {
    private EventRules() {}

    /**
     * What becomes of an event.
     *
     * @param reason why it is rejected; empty if it is kept
     * @param duplicateOf position of the first kept event of its identity, if that is named
     * @param identity to be remembered; empty if nothing is
     */
    record Verdict(Optional<RejectReason> reason, OptionalLong duplicateOf, Optional<Identity> identity) {
        private static final Verdict KEPT = new Verdict(Optional.empty(), OptionalLong.empty(), Optional.empty());

        private static Verdict rejected(RejectReason reason, OptionalLong first) {
            return new Verdict(Optional.of(reason), first, Optional.empty());
        }

        /** One sentence for the tenant; null for a kept event. */
        String detail() {
            if (reason.isEmpty()) {
                return null;
            }
            return switch (reason.get()) {
                case DUPLICATE -> "The same event is entry " + duplicateOf.getAsLong() + " of this chain.";
                case CONFLICT ->
                    "Producer and id are those of entry " + duplicateOf.getAsLong()
                            + " of this chain, the payload is not.";
                case HEAD_MISMATCH -> "The chain's last event is not the one ledger-if-head names.";
                default -> throw new IllegalStateException("not a reason of the sequencer: " + reason.get());
            };
        }
    }

    /** @throws LedgerIntegrityException if the event has no id, payload or salt */
    static Verdict judge(ChainState state, AdmittedEvent event, Instant now, Identities identities) {
        TenantPolicies policies = state.policies();
        Optional<Identity> identity = policies.window().isZero() ? Optional.empty() : identity(event);
        Optional<Seen> seen = identity.flatMap(wanted -> identities.find(event.getChain(), wanted, policies, now))
                .filter(first -> first.seq() < state.size());
        OptionalLong first = seen.map(found -> OptionalLong.of(found.seq())).orElseGet(OptionalLong::empty);
        if (seen.isPresent()) {
            boolean same = hasPayload(event, seen.get());
            if (same && policies.duplicates() == TenantPolicies.Duplicates.REJECT) {
                return Verdict.rejected(RejectReason.DUPLICATE, first);
            }
            if (!same) {
                return Verdict.rejected(RejectReason.CONFLICT, first);
            }
        }
        if (event.getIfHead() != null
                && !event.getIfHead().equals(state.lastEvent().toString())) {
            return Verdict.rejected(RejectReason.HEAD_MISMATCH, OptionalLong.empty());
        }
        if (seen.isPresent()) {
            return new Verdict(Optional.empty(), first, Optional.empty());
        }
        return identity.isEmpty() ? Verdict.KEPT : new Verdict(Optional.empty(), OptionalLong.empty(), identity);
    }

    private static Optional<Identity> identity(AdmittedEvent event) {
        String id = required(event, event.getId(), "id");
        Optional<String> producer = Optional.ofNullable(event.getProducer());
        return Identity.isDerived(producer, id, event.getPartition(), event.getOffset())
                ? Optional.empty()
                : Optional.of(Identity.of(event.getChain(), producer, id));
    }

    /** Whether the event's payload is the one the first event's commitment was made over. */
    private static boolean hasPayload(AdmittedEvent event, Seen first) {
        byte[] payload = bytes(required(event, event.getPayload(), "payload"));
        return Commitments.payload(first.salt(), payload).equals(first.commit());
    }

    /** What is to be remembered of an event that became the entry. */
    static Kept kept(ChainState state, AdmittedEvent event, Identity identity, LinkedEntry entry, Hash commit) {
        byte[] salt = bytes(required(event, event.getPayloadSalt(), "payloadSalt"));
        Seen seen = new Seen(entry.entry().seq(), entry.entry().recorded(), Salt.of(salt), commit);
        return new Kept(event.getChain(), identity, seen, state.policies());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static <T> T required(AdmittedEvent event, T value, String field) {
        if (value == null) {
            throw new LedgerIntegrityException(
                    "message for chain " + event.getChain() + " breaks its contract: " + field + " is missing");
        }
        return value;
    }
}
