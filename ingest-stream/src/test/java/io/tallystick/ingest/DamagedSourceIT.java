// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.EmbeddedOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A batch in the log of one tenant's source that is not what its checksum says: that tenant waits, the others do not. */
class DamagedSourceIT {
    private static final int BATCH_HEADER = 12;
    private static final int LENGTH_AT = 8;
    private static final int GOOD = 6;

    @TempDir
    Path directory;

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(500));
    }

    @Test
    @SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
    void damagedPartitionWaitsAndTheOthersGoOn() throws Exception {
        try (EmbeddedLedger embedded = EmbeddedLedger.start(directory, EmbeddedOptions.defaults(), failure -> {});
                TestLedger ledger = new TestLedger(embedded)) {
            // Given
            String topic = ledger.tenant("acme", 1);
            ledger.tenant("globex", 1);
            IntStream.range(0, 10).forEach(i -> produce(ledger, "acme", i));
            damageBatch(GOOD, topic);

            try (IngestApplication ingest = ledger.ingest()) {
                // When
                soon().until(() -> messages(ledger, "acme").size() == GOOD
                        && ledger.meter("ledger.ingest.source.damaged", "acme") == 1);
                IntStream.range(0, 5).forEach(i -> produce(ledger, "globex", i));

                // Then
                soon().until(() -> messages(ledger, "globex").size() == 5);
                assertThat(ledger.meter("ledger.ingest.source.damaged", "globex"))
                        .isZero();

                // When
                ledger.admin
                        .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(GOOD + 1)))
                        .all()
                        .get();

                // Then
                soon().until(() -> messages(ledger, "acme").size() == 10);
                AdmittedEvent gap = messages(ledger, "acme").get(GOOD);
                assertThat(gap.getKind()).isEqualTo(AdmittedKind.GAP);
                assertThat(gap.getFrom()).isEqualTo(GOOD);
                assertThat(gap.getOffset()).isEqualTo(GOOD);
                soon().until(() -> ledger.meter("ledger.ingest.source.damaged", "acme") == 0);
            }
        }
    }

    private static void produce(TestLedger ledger, String tenant, int number) {
        ledger.produce(tenant, 0, ("" + number).getBytes(UTF_8));
    }

    private static List<AdmittedEvent> messages(TestLedger ledger, String tenant) {
        return ledger.messages(AdmittedEvent.class, tenant + "/0");
    }

    /** Changes the last byte of this batch of the partition's only segment. */
    private void damageBatch(int index, String topic) throws IOException {
        Path segment;
        try (Stream<Path> files = Files.walk(directory)) {
            segment = files.filter(
                            file -> file.getParent().getFileName().toString().equals(topic + "-0"))
                    .filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
        try (FileChannel log = FileChannel.open(segment, READ, WRITE)) {
            long end = 0;
            for (int i = 0; i <= index; i++) {
                ByteBuffer header = ByteBuffer.allocate(BATCH_HEADER);
                log.read(header, end);
                end += BATCH_HEADER + header.getInt(LENGTH_AT);
            }
            ByteBuffer last = ByteBuffer.allocate(1);
            log.read(last, end - 1);
            last.put(0, (byte) ~last.get(0)).flip();
            log.write(last, end - 1);
        }
    }
}
