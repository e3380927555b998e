// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.LedgerEntry;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.entry.Event;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Receipt;
import io.tallystick.topic.Topics;
import io.tallystick.tree.Rfc6962;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * What a tenant is told of an entry: a receipt of an event, a copy of a refused record. DESIGN.md section 5, outcomes.
 *
 * <pre>
 * receipt   key: event id                       value: Receipt, JCS
 * reject    key: &lt;topic&gt;:&lt;partition&gt;:&lt;offset&gt;     value: original bytes, null if there were none or too many
 *           headers: the original ones, then
 *             __streams.errors.exception    the code
 *             __streams.errors.message      a sentence that says what was wrong
 *             __streams.errors.topic, __streams.errors.partition, __streams.errors.offset
 *             ledger-reject-code            the code
 *             ledger-source-bytes           length of the original value, if it is left out: of value-too-large, or because
 *                                           the topic takes no record as large
 * </pre>
 *
 * <p>Header values are UTF-8 text, numbers in decimal, as in Kafka Streams' own dead letters (KIP-1034).
 */
final class OutcomeRecords {
    private static final String ERRORS = "__streams.errors.";
    private static final String REJECT_CODE = "ledger-reject-code";
    private static final String SOURCE_BYTES = "ledger-source-bytes";

    private final Topics topics;
    private final Duration windowSize;

    OutcomeRecords(Topics topics, Duration windowSize) {
        this.topics = topics;
        this.windowSize = windowSize;
    }

    /**
     * The outcome of an entry; other kinds than event and rejected have none.
     *
     * @throws LedgerIntegrityException if the entry is not one of ours
     */
    Optional<Outcome> of(LedgerEntry stored) {
        byte[] bytes = bytes(stored.getEntry());
        try {
            Entry entry = EntryCodec.decode(bytes);
            if (entry.body() instanceof Event event) {
                return Optional.of(receipt(entry, event, bytes));
            }
            if (entry.body() instanceof Rejected rejected) {
                return Optional.of(copy(entry, rejected, stored));
            }
            return Optional.empty();
        } catch (EntryException e) {
            throw new LedgerIntegrityException(
                    "entry " + stored.getSeq() + " of chain " + stored.getChain() + " cannot be read", e);
        }
    }

    private Outcome receipt(Entry entry, Event event, byte[] bytes) {
        String tenant = entry.chain().tenant();
        Receipt receipt = new Receipt(
                event.producer(),
                event.id(),
                entry.chain().toString(),
                entry.seq(),
                Rfc6962.leafHash(bytes),
                entry.recorded(),
                windowOf(entry.recorded()));
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(topics.receipts(tenant), event.id(), receipt.encode());
        return new Outcome(tenant, record, Optional.empty());
    }

    private Instant windowOf(Instant recorded) {
        long size = windowSize.toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(recorded.toEpochMilli(), size) * size);
    }

    private Outcome copy(Entry entry, Rejected rejected, LedgerEntry stored) throws EntryException {
        String tenant = entry.chain().tenant();
        String topic = topics.in(tenant);
        int partition = entry.chain().partition();
        long offset = rejected.source().next() - 1;
        byte[] value = stored.getPayload() == null ? null : bytes(stored.getPayload());
        ProducerRecord<String, byte[]> copy =
                new ProducerRecord<>(topics.rejects(tenant), topic + ":" + partition + ":" + offset, value);
        if (stored.getContext() != null) {
            for (ContextHeader header :
                    Context.decode(bytes(stored.getContext())).headers()) {
                copy.headers()
                        .add(
                                header.name(),
                                header.value().map(Bytes::toByteArray).orElse(null));
            }
        }
        String code = rejected.reason().code();
        put(copy.headers(), ERRORS + "exception", code);
        put(copy.headers(), ERRORS + "message", stored.getDetail() == null ? code : stored.getDetail());
        put(copy.headers(), ERRORS + "topic", topic);
        put(copy.headers(), ERRORS + "partition", Integer.toString(partition));
        put(copy.headers(), ERRORS + "offset", Long.toString(offset));
        put(copy.headers(), REJECT_CODE, code);
        if (rejected.reason() == RejectReason.VALUE_TOO_LARGE) {
            long sourceBytes = rejected.payload().orElseThrow().bytes();
            put(copy.headers(), SOURCE_BYTES, Long.toString(sourceBytes));
        }
        return new Outcome(tenant, copy, Optional.of(rejected.reason()));
    }

    /** A copy for a topic that does not take as much, the value's length in its stead; empty if nothing can be left out. */
    static Optional<Outcome> shortened(Outcome tooLarge) {
        ProducerRecord<String, byte[]> from = tooLarge.record();
        if (from.value() == null || from.headers().lastHeader(REJECT_CODE) == null) {
            return Optional.empty();
        }
        ProducerRecord<String, byte[]> record =
                new ProducerRecord<>(from.topic(), null, from.key(), null, from.headers());
        put(record.headers(), SOURCE_BYTES, Integer.toString(from.value().length));
        return Optional.of(new Outcome(tooLarge.tenant(), record, tooLarge.refused()));
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
