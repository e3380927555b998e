// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static java.util.Objects.requireNonNull;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Claim;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Context;
import io.tallystick.entry.GapReason;
import io.tallystick.entry.LedgerTime;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Salt;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Identity;
import io.tallystick.ingest.decode.Payload;
import io.tallystick.ingest.decode.SourcePartition;
import io.tallystick.ingest.decode.SourceRecord;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * Turns decisions into messages for the sequencer, and commits to payload and context with independent salts.
 *
 * <p>For one thread, unless the salt source is safe for several.
 */
public final class Admission {
    private final SaltSource salts;

    /** @param salts one salt is taken for each payload and each context */
    public Admission(SaltSource salts) {
        this.salts = requireNonNull(salts);
    }

    /**
     * The message of an accepted record.
     *
     * @param from first source offset it accounts for, at most the record's own
     */
    public AdmittedEvent event(SourceRecord record, long from, Decoded.Accepted accepted) {
        Draft message = message(record, from).setKind(AdmittedKind.EVENT);
        put(accepted.identity(), message);
        put(accepted.payload(), true, message);
        accepted.context().ifPresent(context -> put(context, message));
        return message.build();
    }

    /**
     * The message of a refused record. The bytes of a value that was too large are committed to but not carried.
     *
     * @param from first source offset it accounts for, at most the record's own
     */
    public AdmittedEvent rejected(SourceRecord record, long from, Decoded.Refused refused) {
        Draft message = message(record, from)
                .setKind(AdmittedKind.REJECTED)
                .setReason(refused.reason().code())
                .setDetail(refused.detail());
        put(refused.identity(), message);
        boolean carried = refused.reason() != RejectReason.VALUE_TOO_LARGE;
        refused.payload().ifPresent(payload -> put(payload, carried, message));
        refused.context().ifPresent(context -> put(context, message));
        return message.build();
    }

    /**
     * The message that records of {@code [from, next)} are lost.
     *
     * @param from first lost offset; at 0 the chain has no entry yet, and the reason is {@code before-ledger}
     * @param next first offset the source still has
     */
    public static AdmittedEvent gap(SourcePartition source, long from, long next) {
        if (from < 0 || next <= from) {
            throw new IllegalArgumentException("a gap must not be empty, got [" + from + ", " + next + ")");
        }
        GapReason reason = from == 0 ? GapReason.BEFORE_LEDGER : GapReason.SOURCE_RETENTION;
        return message(source, from, next - 1)
                .setKind(AdmittedKind.GAP)
                .setReason(reason.code())
                .build();
    }

    /**
     * What ingest believes of a partition while nothing is unacknowledged.
     *
     * @param from the source offset ingest will account for next
     * @param sourceEnd last stable offset of the partition
     * @param asOf when sourceEnd was read
     */
    public static Claim claim(SourcePartition source, long from, long sourceEnd, Instant asOf) {
        return Claim.newBuilder()
                .setChain(source.chain().toString())
                .setCluster(source.cluster())
                .setTopic(source.topic())
                .setPartition(source.chain().partition())
                .setTopicId(source.topicId())
                .setFrom(from)
                .setSourceEnd(sourceEnd)
                .setAsOf(asOf)
                .build();
    }

    private static Draft message(SourceRecord record, long from) {
        if (from < 0 || from > record.offset()) {
            throw new IllegalArgumentException("record " + record.offset() + " cannot account from " + from);
        }
        Instant timestamp = Instant.ofEpochMilli(record.timestampMs());
        return message(record.source(), from, record.offset())
                .setLeaderEpoch(record.leaderEpoch().orElse(-1))
                .setTimestamp(LedgerTime.isValid(timestamp) ? timestamp : null);
    }

    private static Draft message(SourcePartition source, long from, long offset) {
        return new Draft()
                .setChain(source.chain().toString())
                .setCluster(source.cluster())
                .setTopic(source.topic())
                .setPartition(source.chain().partition())
                .setTopicId(source.topicId())
                .setFrom(from)
                .setOffset(offset);
    }

    private static void put(Identity identity, Draft message) {
        message.setId(orNull(identity.id()))
                .setType(orNull(identity.type()))
                .setTime(orNull(identity.time()))
                .setProducer(orNull(identity.producer()));
    }

    private void put(Payload payload, boolean carried, Draft message) {
        Salt salt = salts.next();
        byte[] bytes = payload.bytes().array();
        message.setMedia(payload.media())
                .setPayloadBytes((long) bytes.length)
                .setPayloadCommit(
                        ByteBuffer.wrap(Commitments.payload(salt, bytes).bytes()))
                .setPayloadSalt(ByteBuffer.wrap(salt.bytes()))
                .setPayload(carried ? ByteBuffer.wrap(bytes) : null);
        payload.schema().ifPresent(schema -> message.setSchemaId(Math.toIntExact(schema.id()))
                .setSchemaSha256(schema.sha256().toString()));
    }

    private void put(Context context, Draft message) {
        Salt salt = salts.next();
        byte[] bytes = context.encode();
        message.setContext(ByteBuffer.wrap(bytes))
                .setContextCommit(
                        ByteBuffer.wrap(Commitments.context(salt, bytes).bytes()))
                .setContextSalt(ByteBuffer.wrap(salt.bytes()));
    }

    private static String orNull(Optional<String> value) {
        return value.orElse(null);
    }
}
