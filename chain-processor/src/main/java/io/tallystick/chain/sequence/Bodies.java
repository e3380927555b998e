// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.entry.Body;
import io.tallystick.entry.ContextRef;
import io.tallystick.entry.Event;
import io.tallystick.entry.Gap;
import io.tallystick.entry.GapReason;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.SchemaRef;
import io.tallystick.entry.Source;
import io.tallystick.entry.SourceRange;
import io.tallystick.entry.SourceTopic;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What of a message goes into the hashed entry. Payload, context and salts never do. Commitments are ingest's, taken as
 * they are: hashing a payload again would prove nothing that the verifier does not check.
 */
final class Bodies {
    private Bodies() {}

    /**
     * An event, rejected or gap body that covers {@code [next, offset + 1)}.
     *
     * @param next the source offset the chain needs
     * @throws LedgerIntegrityException if the message lacks what its kind must have
     */
    static Body of(AdmittedEvent message, long next) {
        return checked(message.getChain(), () -> switch (message.getKind()) {
            case EVENT -> event(message, next, OptionalLong.empty());
            case REJECTED ->
                rejected(
                        message,
                        next,
                        RejectReason.ofCode(required(message.getReason(), "reason")),
                        OptionalLong.empty());
            case GAP -> gap(message, next);
            case SOURCE -> throw new IllegalArgumentException("a SOURCE message covers no offsets");
        });
    }

    /**
     * What an admitted event becomes.
     *
     * @param next the source offset the chain needs
     * @throws LedgerIntegrityException if the message lacks what an event must have
     */
    static Body of(AdmittedEvent message, long next, EventRules.Verdict verdict) {
        return checked(
                message.getChain(),
                () -> verdict.reason().isPresent()
                        ? rejected(message, next, verdict.reason().get(), verdict.duplicateOf())
                        : event(message, next, verdict.duplicateOf()));
    }

    private static Event event(AdmittedEvent message, long next, OptionalLong duplicateOf) {
        return new Event(
                range(message, next),
                required(message.getId(), "id"),
                required(message.getType(), "type"),
                Optional.ofNullable(message.getTime()),
                Optional.ofNullable(message.getProducer()),
                payload(message).orElseThrow(() -> new IllegalArgumentException("payloadCommit is missing")),
                context(message),
                duplicateOf);
    }

    private static Rejected rejected(AdmittedEvent message, long next, RejectReason reason, OptionalLong duplicateOf) {
        return new Rejected(
                range(message, next),
                reason,
                Optional.ofNullable(message.getId()),
                Optional.ofNullable(message.getType()),
                Optional.ofNullable(message.getTime()),
                Optional.ofNullable(message.getProducer()),
                payload(message),
                context(message),
                duplicateOf);
    }

    /**
     * Both reasons say that the source no longer holds the records; they differ in whether the chain had read any. The chain
     * knows that, ingest may have lost its position. So the message's reason need only be a valid one.
     */
    private static Gap gap(AdmittedEvent message, long next) {
        GapReason told = GapReason.ofCode(required(message.getReason(), "reason"));
        GapReason reason =
                switch (told) {
                    case BEFORE_LEDGER, SOURCE_RETENTION ->
                        next == 0 ? GapReason.BEFORE_LEDGER : GapReason.SOURCE_RETENTION;
                };
        return new Gap(next, message.getOffset() + 1, reason);
    }

    /** @throws LedgerIntegrityException if the message lacks its reason */
    static Body source(AdmittedEvent message, String chainOrigin) {
        return checked(
                message.getChain(),
                () -> new Source(chainOrigin, topic(message), required(message.getReason(), "reason")));
    }

    /** @throws LedgerIntegrityException if a hash has another length */
    static Body of(Control control) {
        return checked(
                control.getChain(),
                () -> new io.tallystick.entry.Control(
                        control.getId(),
                        control.getType(),
                        new PayloadRef(
                                control.getPayload().remaining(),
                                Hash.of(control.getPayloadCommit()),
                                control.getMedia(),
                                Optional.empty())));
    }

    static SourceTopic topic(AdmittedEvent message) {
        return new SourceTopic(message.getCluster(), message.getTopic(), message.getTopicId(), message.getPartition());
    }

    static SourceTopic topic(Claim claim) {
        return new SourceTopic(claim.getCluster(), claim.getTopic(), claim.getTopicId(), claim.getPartition());
    }

    private static SourceRange range(AdmittedEvent message, long next) {
        return new SourceRange(next, message.getOffset() + 1, Optional.ofNullable(message.getTimestamp()));
    }

    private static Optional<PayloadRef> payload(AdmittedEvent message) {
        return Optional.ofNullable(message.getPayloadCommit())
                .map(commit -> new PayloadRef(
                        required(message.getPayloadBytes(), "payloadBytes"),
                        Hash.of(commit),
                        required(message.getMedia(), "media"),
                        schema(message)));
    }

    private static Optional<SchemaRef> schema(AdmittedEvent message) {
        return Optional.ofNullable(message.getSchemaId())
                .map(id -> new SchemaRef(id, Hash.parseHex(required(message.getSchemaSha256(), "schemaSha256"))));
    }

    private static Optional<ContextRef> context(AdmittedEvent message) {
        return Optional.ofNullable(message.getContextCommit())
                .map(commit ->
                        new ContextRef(required(message.getContext(), "context").remaining(), Hash.of(commit)));
    }

    private static <T> T required(T value, String field) {
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value;
    }

    private static Body checked(String chain, Supplier<Body> body) {
        try {
            return body.get();
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException(
                    "message for chain " + chain + " breaks its contract: " + e.getMessage(), e);
        }
    }
}
