// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.GapReason;
import io.tallystick.entry.LedgerTime;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Salt;
import io.tallystick.entry.SchemaRef;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Identity;
import io.tallystick.ingest.decode.Payload;
import io.tallystick.ingest.decode.SourcePartition;
import io.tallystick.ingest.decode.SourceRecord;
import io.tallystick.topic.PoliciesInForce;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * Turns decisions into messages for the sequencer, and commits to payload and context with independent salts.
 *
 * <p>For one thread, unless the salt source is safe for several.
 */
public final class Admission {
    /** Header of a conditional append: the leaf hash the chain's last event must have. */
    static final String IF_HEAD = "ledger-if-head";

    private static final int IF_HEAD_CHARS_MAX = 64;

    private final SaltSource salts;

    /** @param salts one salt is taken for each payload and each context */
    public Admission(SaltSource salts) {
        this.salts = requireNonNull(salts);
    }

    /**
     * The message of an accepted record.
     *
     * @param from first source offset it accounts for, at most the record's own, with the leader epoch of the record before
     *     it if that is known for certain
     */
    public AdmittedEvent event(SourceRecord record, ResumePoint from, Decoded.Accepted accepted) {
        Draft message = message(record, from).setKind(AdmittedKind.EVENT);
        put(accepted.identity(), message);
        put(accepted.payload(), true, message);
        if (accepted.context().isPresent()) {
            put(accepted.context().get(), message);
        }
        message.setIfHead(ifHead(record));
        return message.build();
    }

    /** The last header of that name, shortened where it cannot be a hash anyway; null if there is none with a value. */
    private static String ifHead(SourceRecord record) {
        Bytes found = null;
        for (ContextHeader header : record.headers()) {
            if (header.name().equals(IF_HEAD)) {
                found = header.value().orElse(Bytes.EMPTY);
            }
        }
        if (found == null) {
            return null;
        }
        // What is not UTF-8 becomes text that no hash equals.
        String text = new String(found.toByteArray(), UTF_8);
        return text.length() <= IF_HEAD_CHARS_MAX ? text : text.substring(0, IF_HEAD_CHARS_MAX - 1) + "…";
    }

    /**
     * The message of a refused record. The bytes of a value that was too large are committed to but not carried.
     *
     * @param from first source offset it accounts for, at most the record's own, with the leader epoch of the record before
     *     it if that is known for certain
     */
    public AdmittedEvent rejected(SourceRecord record, ResumePoint from, Decoded.Refused refused) {
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
     * @param from first lost offset, with the leader epoch of the record before it if that is known for certain; at 0 the
     *     chain has no entry yet, and the reason is {@code before-ledger}
     * @param next first offset the source still has
     */
    public static AdmittedEvent gap(SourcePartition source, ResumePoint from, long next) {
        if (next <= from.offset()) {
            throw new IllegalArgumentException("a gap must not be empty, got [" + from.offset() + ", " + next + ")");
        }
        GapReason reason = from.offset() == 0 ? GapReason.BEFORE_LEDGER : GapReason.SOURCE_RETENTION;
        return message(source, from, next - 1)
                .setKind(AdmittedKind.GAP)
                .setReason(reason.code())
                .build();
    }

    /** The message that tells a chain the policies in force. Sent behind a claim, so that the chain has its genesis. */
    public Control config(ChainId chain, PoliciesInForce policies) {
        Salt salt = salts.next();
        byte[] payload = policies.encode();
        return Control.newBuilder()
                .setChain(chain.toString())
                .setId(policies.id())
                .setType(PoliciesInForce.TYPE)
                .setMedia(PayloadRef.JSON)
                .setPayloadCommit(
                        ByteBuffer.wrap(Commitments.payload(salt, payload).bytes()))
                .setPayloadSalt(ByteBuffer.wrap(salt.bytes()))
                .setPayload(ByteBuffer.wrap(payload))
                .build();
    }

    /**
     * What ingest believes of a partition while nothing is unacknowledged.
     *
     * @param from the source offset ingest will account for next, with the leader epoch of the record before it if that is
     *     known for certain
     * @param sourceEnd last stable offset of the partition
     * @param asOf when sourceEnd was read
     */
    public static Claim claim(SourcePartition source, ResumePoint from, long sourceEnd, Instant asOf) {
        return Claim.newBuilder()
                .setChain(source.chain().toString())
                .setCluster(source.cluster())
                .setTopic(source.topic())
                .setPartition(source.chain().partition())
                .setTopicId(source.topicId())
                .setFrom(from.offset())
                .setSourceEnd(sourceEnd)
                .setAsOf(asOf)
                .setLeaderEpoch(from.leaderEpoch().orElse(-1))
                .build();
    }

    private static Draft message(SourceRecord record, ResumePoint from) {
        if (from.offset() > record.offset()) {
            throw new IllegalArgumentException("record " + record.offset() + " cannot account from " + from.offset());
        }
        Instant timestamp = Instant.ofEpochMilli(record.timestampMs());
        return message(record.source(), from, record.offset())
                .setLeaderEpoch(record.leaderEpoch().orElse(-1))
                .setTimestamp(LedgerTime.isValid(timestamp) ? timestamp : null);
    }

    private static Draft message(SourcePartition source, ResumePoint from, long offset) {
        return new Draft()
                .setChain(source.chain().toString())
                .setCluster(source.cluster())
                .setTopic(source.topic())
                .setPartition(source.chain().partition())
                .setTopicId(source.topicId())
                .setFrom(from.offset())
                .setFromLeaderEpoch(from.leaderEpoch().orElse(-1))
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
        if (payload.schema().isPresent()) {
            SchemaRef schema = payload.schema().get();
            message.setSchemaId(Math.toIntExact(schema.id()))
                    .setSchemaSha256(schema.sha256().toString());
        }
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
