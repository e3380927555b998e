// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tallystick.entry.Attribute;
import io.tallystick.entry.Attributes;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Salt;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.ResumePoint;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonScanner;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Mutated records of every form: always a decision that keeps its own promises, never an exception, and memory within a
 * straight line over the record's size. {@code -Dledger.fuzz.records} sets how many.
 */
class DecoderFuzzTest {
    private static final int RECORDS = Integer.getInteger("ledger.fuzz.records", 20_000);

    /** The costliest form: a name of five bytes in a structured event becomes a map's entry, a text, two arrays. */
    private static final long ALLOCATED_PER_BYTE = 96;

    private static final long ALLOCATED_FREE = 128 * 1024;

    private final Decoder decoder = new Decoder(Decoder.EVENT_BYTES_MAX, "operator", FuzzRecords.SCHEMAS);
    private final Salt salt = SamplePayloads.salt("fuzz");
    private final Admission admission = new Admission(() -> salt);
    private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void everyRecordGetsADecisionThatHoldsAtLinearCost() {
        // Given
        Random random = TestSeed.random("fuzzed records");
        FuzzRecords records = new FuzzRecords(random);
        // What is loaded and compiled at first use is not the record's cost.
        FuzzRecords warmUp = new FuzzRecords(new Random(1));
        for (int i = 0; i < 2_000; i++) {
            decoder.decode(warmUp.next());
        }
        int[] outcomes = new int[3];

        for (int i = 0; i < RECORDS; i++) {
            SourceRecord record = records.next();

            // When
            long before = memory.getCurrentThreadAllocatedBytes();
            Decoded decoded = decide(record);
            long allocated = memory.getCurrentThreadAllocatedBytes() - before;

            // Then
            if (allocated > ALLOCATED_FREE + ALLOCATED_PER_BYTE * size(record)) {
                throw new AssertionError(allocated + " bytes allocated for " + record);
            }
            outcomes[check(record, decoded)]++;
        }
        assertThat(outcomes[0]).as("accepted").isGreaterThan(RECORDS / 10);
        assertThat(outcomes[1]).as("refused").isGreaterThan(RECORDS / 10);
        assertThat(outcomes[2]).as("waiting").isPositive();
    }

    private Decoded decide(SourceRecord record) {
        try {
            return decoder.decode(record);
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("no decision on " + record, e);
        }
    }

    private static long size(SourceRecord record) {
        long size = record.value().map(Bytes::length).orElse(0);
        size += record.key().map(Bytes::length).orElse(0);
        for (ContextHeader header : record.headers()) {
            size += header.length() + 16;
        }
        return size;
    }

    /** 0 accepted, 1 refused, 2 waiting. */
    private int check(SourceRecord record, Decoded decoded) {
        if (decoded instanceof Decoded.Accepted accepted) {
            assertSound(accepted);
            admission.event(record, ResumePoint.at(0), accepted);
            return 0;
        }
        if (decoded instanceof Decoded.Refused refused) {
            assertSound(record, refused);
            admission.rejected(record, ResumePoint.at(0), refused);
            return 1;
        }
        assertThat(((Decoded.Waiting) decoded).schemaId()).isEqualTo(FuzzRecords.PENDING_ID);
        return 2;
    }

    private static void assertSound(Decoded.Accepted accepted) {
        Identity identity = accepted.identity();
        if (identity.id().isEmpty() || identity.type().isEmpty()) {
            throw new AssertionError("no identity: " + accepted);
        }
        assertWithin(identity);
        assertWithin(Attribute.MEDIA, Optional.of(accepted.payload().media()));
        if (PayloadRef.isJson(accepted.payload().media())) {
            byte[] payload = accepted.payload().bytes().toByteArray();
            try {
                assertThat(JsonScanner.minify(payload, 64)).isSameAs(payload);
            } catch (JsonException e) {
                throw new AssertionError(
                        "accepted as JSON: " + accepted.payload().bytes(), e);
            }
        }
    }

    private static void assertSound(SourceRecord record, Decoded.Refused refused) {
        assertThat(refused.payload().map(Payload::bytes)).isEqualTo(record.value());
        assertThat(refused.reason().isOfSequencer()).isFalse();
        assertThat(refused.detail()).endsWith(".").hasSizeLessThan(400);
        assertWithin(refused.identity());
        refused.payload().ifPresent(payload -> assertWithin(Attribute.MEDIA, Optional.of(payload.media())));
        if (refused.reason() == RejectReason.HEADERS_TOO_LARGE) {
            assertThat(refused.context()).isEmpty();
        }
    }

    private static void assertWithin(Identity identity) {
        assertWithin(Attribute.ID, identity.id());
        assertWithin(Attribute.TYPE, identity.type());
        assertWithin(Attribute.TIME, identity.time());
        assertWithin(Attribute.PRODUCER, identity.producer());
    }

    private static void assertWithin(Attribute attribute, Optional<String> value) {
        if (value.isPresent() && Attributes.check(attribute, value.get()).isPresent()) {
            throw new AssertionError(attribute + " breaks its limit: " + value.get());
        }
    }
}
