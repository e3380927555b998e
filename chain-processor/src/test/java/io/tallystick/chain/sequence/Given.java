// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.avro.Init;
import io.tallystick.avro.Tick;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Salt;
import io.tallystick.entry.SourceTopic;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/** Messages and places with valid defaults. */
public final class Given {
    public static final String ORIGIN = "ledger.example.com";
    public static final int N = 4;
    public static final String CHAIN = "acme/0";
    public static final String TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAA";
    public static final String OTHER_TOPIC_ID = "BBBBBBBBBBBBBBBBBBBBBA";
    public static final int HOME = Topics.partitionOf(CHAIN, N);
    public static final Instant CREATED = Instant.parse("2026-11-21T03:14:30.500Z");
    public static final BoundaryGrid GRID = new BoundaryGrid(Duration.ofMinutes(1), Duration.ofMinutes(15));

    private static final Salt SALT = Salt.parseHex("000102030405060708090a0b0c0d0e0f");

    private Given() {}

    public static Place place() {
        return new Place(ORIGIN, HOME, N, Topics::partitionOf);
    }

    public static Instant at(long ms) {
        return CREATED.plusMillis(ms);
    }

    public static Init init() {
        return new Init(0L, N, ORIGIN, CREATED);
    }

    public static Tick tick() {
        return new Tick(HOME);
    }

    public static SourceTopic source(String topicId) {
        return new SourceTopic("c1", "ledger.in.acme", topicId, 0);
    }

    public static ChainState begun() {
        return Sequencer.begin(ChainId.parse(CHAIN), ORIGIN, source(TOPIC_ID), CREATED)
                .state();
    }

    /** An event for {@code [from, offset]} with leader epoch 0. */
    public static AdmittedEvent event(long from, long offset) {
        return event(from, offset, 0).build();
    }

    public static AdmittedEvent.Builder event(long from, long offset, int leaderEpoch) {
        byte[] payload = ("{\"n\":" + offset + "}").getBytes(UTF_8);
        return of(CHAIN, from, offset, leaderEpoch)
                .setKind(AdmittedKind.EVENT)
                .setId("id-" + offset)
                .setType("event")
                .setTimestamp(CREATED.minusMillis(7))
                .setMedia("application/json")
                .setPayloadBytes((long) payload.length)
                .setPayloadCommit(
                        ByteBuffer.wrap(Commitments.payload(SALT, payload).bytes()))
                .setPayloadSalt(ByteBuffer.wrap(SALT.bytes()))
                .setPayload(ByteBuffer.wrap(payload));
    }

    /** An event with an identity and a payload of its own, leader epoch 0. */
    public static AdmittedEvent.Builder event(long offset, String producer, String id, String text) {
        byte[] payload = text.getBytes(UTF_8);
        return event(offset, offset, 0)
                .setProducer(producer)
                .setId(id)
                .setPayloadBytes((long) payload.length)
                .setPayloadCommit(
                        ByteBuffer.wrap(Commitments.payload(SALT, payload).bytes()))
                .setPayload(ByteBuffer.wrap(payload));
    }

    /** Policies for a chain, as ingest announces them. */
    public static Control config(String chain, long revision, TenantPolicies policies) {
        PoliciesInForce config = new PoliciesInForce(revision, policies);
        byte[] payload = config.encode();
        return new Control(
                chain,
                config.id(),
                PoliciesInForce.TYPE,
                "application/json",
                ByteBuffer.wrap(Commitments.payload(SALT, payload).bytes()),
                ByteBuffer.wrap(SALT.bytes()),
                ByteBuffer.wrap(payload));
    }

    public static AdmittedEvent.Builder rejected(long from, long offset, int leaderEpoch) {
        return of(CHAIN, from, offset, leaderEpoch)
                .setKind(AdmittedKind.REJECTED)
                .setReason("null-value")
                .setDetail("The record has no value.");
    }

    public static AdmittedEvent.Builder gap(long from, long offset) {
        return of(CHAIN, from, offset, -1).setKind(AdmittedKind.GAP).setReason("source-retention");
    }

    public static AdmittedEvent.Builder rebind(String oldTopicId, String newTopicId) {
        return of(CHAIN, 0, -1, -1)
                .setKind(AdmittedKind.SOURCE)
                .setReason("topic-recreated")
                .setTopicId(newTopicId)
                .setOldTopicId(oldTopicId);
    }

    /** A claim that knows no leader epoch. */
    public static Claim claim(long from, long sourceEnd) {
        return claim(from, sourceEnd, -1);
    }

    public static Claim claim(long from, long sourceEnd, int leaderEpoch) {
        return new Claim(
                CHAIN, "c1", "ledger.in.acme", 0, TOPIC_ID, from, sourceEnd, CREATED.plusMillis(11), leaderEpoch);
    }

    public static Control control(String type) {
        return control(CHAIN, "control-1", type, "{}".getBytes(UTF_8));
    }

    /** What clears a halted chain's mark. */
    public static Control clearing(ChainHalt mark) {
        HaltClearing clearing = HaltClearing.of(mark, "Ada", "the source lost offsets, see ticket 4711");
        return control(mark.getChain(), clearing.id(), HaltClearing.TYPE, clearing.encode());
    }

    static Control control(String chain, String id, String type, byte[] payload) {
        return new Control(
                chain,
                id,
                type,
                "application/json",
                ByteBuffer.wrap(Commitments.payload(SALT, payload).bytes()),
                ByteBuffer.wrap(SALT.bytes()),
                ByteBuffer.wrap(payload));
    }

    /** The message for another chain, with that chain's source. */
    public static AdmittedEvent forChain(AdmittedEvent.Builder message, String chain) {
        ChainId id = ChainId.parse(chain);
        return message.setChain(chain)
                .setTopic("ledger.in." + id.tenant())
                .setPartition(id.partition())
                .build();
    }

    private static AdmittedEvent.Builder of(String chain, long from, long offset, int leaderEpoch) {
        return AdmittedEvent.newBuilder()
                .setChain(chain)
                .setCluster("c1")
                .setTopic("ledger.in.acme")
                .setPartition(0)
                .setTopicId(TOPIC_ID)
                .setLeaderEpoch(leaderEpoch)
                .setFrom(from)
                .setOffset(offset);
    }
}
