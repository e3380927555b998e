// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Salt;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.ingest.decode.Records;
import io.tallystick.ingest.decode.Schemas;
import io.tallystick.ingest.decode.SourceRecord;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {
    private static final Decoder DECODER = new Decoder(100, "operator", id -> new Schemas.Lookup.Pending());
    private byte salts;
    private final Admission admission = new Admission(this::nextSalt);

    private Salt nextSalt() {
        byte[] salt = new byte[Salt.LENGTH];
        salt[0] = ++salts;
        return Salt.of(salt);
    }

    private static Salt salt(int number) {
        byte[] salt = new byte[Salt.LENGTH];
        salt[0] = (byte) number;
        return Salt.of(salt);
    }

    private AdmittedEvent admit(Records records, long from) {
        SourceRecord record = records.build();
        Decoded decoded = DECODER.decode(record);
        return decoded instanceof Decoded.Refused refused
                ? admission.rejected(record, new ResumePoint(from, OptionalInt.of(6)), refused)
                : admission.event(record, new ResumePoint(from, OptionalInt.of(6)), (Decoded.Accepted) decoded);
    }

    @Test
    void eventCommitsToPayloadAndContextWithSaltsOfTheirOwn() {
        // When
        AdmittedEvent message = admit(Records.plain().key("k"), 4);

        // Then
        assertThat(message.getKind()).isEqualTo(AdmittedKind.EVENT);
        assertThat(message.getChain()).isEqualTo("acme/3");
        assertThat(message.getFrom()).isEqualTo(4);
        assertThat(message.getFromLeaderEpoch()).isEqualTo(6);
        assertThat(message.getOffset()).isEqualTo(7);
        assertThat(message.getLeaderEpoch()).isEqualTo(2);
        assertThat(message.getTopicId()).isEqualTo("topic-id-1");
        assertThat(message.getTimestamp()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_123L));
        assertThat(message.getReason()).isNull();
        assertThat(message.getPayloadCommit())
                .isEqualTo(ByteBuffer.wrap(Commitments.payload(salt(1), "{\"n\":1}".getBytes(UTF_8))
                        .bytes()));
        assertThat(message.getPayloadSalt()).isEqualTo(ByteBuffer.wrap(salt(1).bytes()));
        assertThat(message.getPayloadBytes()).isEqualTo(7);
        assertThat(message.getContext()).isEqualTo(ByteBuffer.wrap("{\"key\":\"k\"}".getBytes(UTF_8)));
        assertThat(message.getContextCommit())
                .isEqualTo(ByteBuffer.wrap(Commitments.context(salt(2), "{\"key\":\"k\"}".getBytes(UTF_8))
                        .bytes()));
    }

    @Test
    void valueTooLargeIsCommittedToButNotCarried() {
        // When
        AdmittedEvent message = admit(Records.plain().value("x".repeat(101)), 7);

        // Then
        assertThat(message.getReason()).isEqualTo("value-too-large");
        assertThat(message.getPayload()).isNull();
        assertThat(message.getPayloadBytes()).isEqualTo(101);
        assertThat(message.getPayloadCommit())
                .isEqualTo(ByteBuffer.wrap(
                        Commitments.payload(salt(1), "x".repeat(101).getBytes(UTF_8))
                                .bytes()));
        assertThat(message.getMedia()).isEqualTo("application/octet-stream");
    }

    @Test
    void otherRefusedValueIsCarriedAsProduced() {
        // When
        AdmittedEvent message = admit(Records.plain().value("{ \"a\":").header("content-type", "application/json"), 7);

        // Then
        assertThat(message.getKind()).isEqualTo(AdmittedKind.REJECTED);
        assertThat(message.getReason()).isEqualTo("not-json");
        assertThat(message.getDetail()).isNotEmpty();
        assertThat(message.getPayload()).isEqualTo(ByteBuffer.wrap("{ \"a\":".getBytes(UTF_8)));
        assertThat(message.getMedia()).isEqualTo("application/json");
    }

    @Test
    void nullValueHasNoPayloadAtAll() {
        // When
        AdmittedEvent message = admit(Records.plain().nullValue(), 0);

        // Then
        assertThat(message.getReason()).isEqualTo("null-value");
        assertThat(message.getMedia()).isNull();
        assertThat(message.getPayloadCommit()).isNull();
        assertThat(message.getPayloadBytes()).isNull();
        assertThat(salts).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 253_402_300_800_000L})
    void timestampOutsideTheYears1970To9999IsLeftOut(long timestamp) {
        assertThat(admit(Records.plain().timestampMs(timestamp), 7).getTimestamp())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 253_402_300_799_999L})
    void timestampWithinIsKept(long timestamp) {
        assertThat(admit(Records.plain().timestampMs(timestamp), 7).getTimestamp())
                .isEqualTo(Instant.ofEpochMilli(timestamp));
    }

    @Test
    void gapNamesWhetherTheChainHadBegun() {
        // When
        AdmittedEvent first = Admission.gap(Records.SOURCE, ResumePoint.at(0), 5);
        AdmittedEvent later = Admission.gap(Records.SOURCE, new ResumePoint(5, OptionalInt.of(3)), 6);

        // Then
        assertThat(first.getReason()).isEqualTo("before-ledger");
        assertThat(first.getOffset()).isEqualTo(4);
        assertThat(first.getLeaderEpoch()).isEqualTo(-1);
        assertThat(later.getReason()).isEqualTo("source-retention");
        assertThat(later.getOffset()).isEqualTo(5);
        assertThat(first.getFromLeaderEpoch()).isEqualTo(-1);
        assertThat(later.getFromLeaderEpoch()).isEqualTo(3);
        assertThat(later.getPayloadCommit()).isNull();
    }

    @Test
    void claimSaysHowFarTheSourceReached() {
        // When
        Claim claim =
                Admission.claim(Records.SOURCE, new ResumePoint(5, OptionalInt.of(2)), 9, Instant.ofEpochMilli(1));
        Claim unknown = Admission.claim(Records.SOURCE, ResumePoint.at(5), 9, Instant.ofEpochMilli(1));

        // Then
        assertThat(claim.getChain()).isEqualTo("acme/3");
        assertThat(claim.getPartition()).isEqualTo(3);
        assertThat(claim.getFrom()).isEqualTo(5);
        assertThat(claim.getSourceEnd()).isEqualTo(9);
        assertThat(claim.getLeaderEpoch()).isEqualTo(2);
        assertThat(unknown.getLeaderEpoch()).isEqualTo(-1);
        assertThat(claim.getAsOf()).isEqualTo(Instant.ofEpochMilli(1));
    }

    @Test
    void impossibleIntervalIsRefused() {
        assertThatThrownBy(() -> admit(Records.plain(), 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> admit(Records.plain(), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Admission.gap(Records.SOURCE, ResumePoint.at(5), 5))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void policiesAreAControlMessageCommittedTo() {
        // Given
        PoliciesInForce policies = new PoliciesInForce(7, TenantPolicies.DEFAULT);

        // When
        Control message = admission.config(new ChainId("acme", 3), policies);

        // Then
        assertThat(message.getChain()).isEqualTo("acme/3");
        assertThat(message.getId()).isEqualTo("config-7");
        assertThat(message.getType()).isEqualTo("ledger.config");
        assertThat(message.getMedia()).isEqualTo("application/json");
        assertThat(message.getPayload()).isEqualTo(ByteBuffer.wrap(policies.encode()));
        assertThat(message.getPayloadSalt()).isEqualTo(ByteBuffer.wrap(salt(1).bytes()));
        assertThat(message.getPayloadCommit())
                .isEqualTo(ByteBuffer.wrap(
                        Commitments.payload(salt(1), policies.encode()).bytes()));
    }

    @Test
    void headerOfAConditionalAppendIsCopied() {
        // Given
        String head = "0123456789abcdef".repeat(4);

        // When
        AdmittedEvent message =
                admit(Records.plain().header("ledger-if-head", "first").header("ledger-if-head", head), 7);

        // Then
        assertThat(message.getIfHead()).isEqualTo(head);
        assertThat(UTF_8.decode(message.getContext()).toString()).contains("ledger-if-head");
        assertThat(admit(Records.plain(), 7).getIfHead()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {65, 66, 1000})
    void headerThatIsTooLongEqualsNoHead(int length) {
        // When
        String copied = admit(Records.plain().header("ledger-if-head", "a".repeat(length)), 7)
                .getIfHead();

        // Then
        assertThat(copied).hasSize(64).doesNotMatch("[0-9a-f]{64}");
    }

    @Test
    void refusedRecordHasNoCondition() {
        // When
        AdmittedEvent message =
                admit(Records.plain().value("x".repeat(101)).header("ledger-if-head", "a".repeat(64)), 7);

        // Then
        assertThat(message.getKind()).isEqualTo(AdmittedKind.REJECTED);
        assertThat(message.getIfHead()).isNull();
    }
}
