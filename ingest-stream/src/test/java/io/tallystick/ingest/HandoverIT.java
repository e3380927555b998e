// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.fixtures.TestSeed;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Instances come and go under load, while producers commit and abort transactions. What {@code ledger.ingest} then holds is
 * compared with the source topics, by a reader that knows nothing of ingest but rules R2, R3 and R5 of the sequencer.
 */
@ExtendWith(LedgerExtension.class)
class HandoverIT {
    private static final int PARTITIONS = 4;
    private static final int RECORDS_PER_PHASE = 700;

    private final AtomicInteger produced = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();
    private TestLedger ledger;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new TestLedger(embedded);
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(500));
    }

    @Test
    void instancesThatComeAndGoUnderLoadLoseAndReorderNothing() {
        // Given
        ledger.tenant("acme", PARTITIONS);
        ledger.tenant("globex", PARTITIONS);
        List<CompletableFuture<Void>> load = List.of(
                CompletableFuture.runAsync(() -> produce("acme")), CompletableFuture.runAsync(() -> produce("globex")));

        // When
        IngestApplication first = ledger.ingest();
        awaitPhase();
        IngestApplication second = ledger.ingest();
        awaitPhase();
        first.close();
        awaitPhase();
        IngestApplication third = ledger.ingest();
        awaitPhase();
        second.close();
        awaitPhase();
        stop.set(true);
        load.forEach(CompletableFuture::join);

        // Then
        try {
            for (String tenant : List.of("acme", "globex")) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    requireComplete(tenant, partition);
                }
            }
        } finally {
            third.close();
        }
    }

    private void awaitPhase() {
        int enough = produced.get() + RECORDS_PER_PHASE;
        soon().until(() -> produced.get() >= enough);
    }

    /** Transactions of up to 20 records over all partitions, one in four of them aborted. */
    private void produce(String tenant) {
        Random random = TestSeed.random("handover-" + tenant);
        try (KafkaProducer<String, byte[]> producer = ledger.transactional("load-" + tenant)) {
            while (!stop.get()) {
                producer.beginTransaction();
                int records = 1 + random.nextInt(20);
                for (int i = 0; i < records; i++) {
                    byte[] value = ("{\"n\":" + produced.incrementAndGet() + "}").getBytes(UTF_8);
                    var unused = producer.send(
                            new ProducerRecord<>(ledger.topics.in(tenant), random.nextInt(PARTITIONS), null, value));
                }
                if (random.nextInt(4) == 0) {
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }

    private record Seen(long offset, ByteBuffer value) {}

    /** Every committed record of the partition is in exactly one accepted message, in order, and intervals touch. */
    private void requireComplete(String tenant, int partition) {
        List<Seen> source = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : ledger.read(ledger.topics.in(tenant))) {
            if (record.partition() == partition) {
                source.add(new Seen(record.offset(), ByteBuffer.wrap(record.value())));
            }
        }
        String chain = tenant + "/" + partition;
        soon().until(() -> accepted(chain).size() >= source.size());
        assertThat(accepted(chain)).as(chain).containsExactlyElementsOf(source);
    }

    private List<Seen> accepted(String chain) {
        List<Seen> accepted = new ArrayList<>();
        long next = 0;
        for (AdmittedEvent message : ledger.messages(AdmittedEvent.class, chain)) {
            if (message.getOffset() < next) {
                continue;
            }
            assertThat(message.getFrom())
                    .as("a message of " + chain + " leaves out records")
                    .isLessThanOrEqualTo(next);
            accepted.add(new Seen(message.getOffset(), message.getPayload()));
            next = message.getOffset() + 1;
        }
        return accepted;
    }
}
