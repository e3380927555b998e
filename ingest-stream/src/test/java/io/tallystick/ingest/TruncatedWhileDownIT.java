// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.EmbeddedOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A source that lost its tail and grew again while ingest was down: the broker is stopped, the end of its log is cut off the
 * file, and it is started again, with other records at the same offsets. By offsets alone nothing could be noticed.
 */
class TruncatedWhileDownIT {
    private static final int BATCH_HEADER = 12;
    private static final int LENGTH_AT = 8;

    @TempDir
    Path directory;

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(500));
    }

    private EmbeddedLedger start() {
        return EmbeddedLedger.start(directory, EmbeddedOptions.defaults(), failure -> {});
    }

    @Test
    @SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
    void sourceCutAndGrownWhileIngestWasDownIsReadFromTheCut() throws Exception {
        // Given
        EmbeddedLedger before = start();
        TestLedger ledger = new TestLedger(before);
        String topic = ledger.tenant("acme", 1);
        produce(ledger, "old", 10);
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> messages(ledger).size() == 10);
        }
        before.close();
        cutBehind(6, topic);

        // When
        try (EmbeddedLedger after = start()) {
            assertThat(after.bootstrapServers()).isEqualTo(before.bootstrapServers());
            soon().ignoreExceptions().until(() -> {
                produce(ledger, "new", 1);
                return true;
            });
            produce(ledger, "new", 9);
            try (IngestApplication ingest = ledger.ingest()) {
                soon().until(() -> messages(ledger).size() >= 20);
            }

            // Then
            List<AdmittedEvent> again =
                    messages(ledger).stream().skip(10).limit(10).toList();
            int oldEpoch = messages(ledger).get(0).getLeaderEpoch();
            assertThat(again.get(0).getFrom()).isEqualTo(6);
            assertThat(again.get(0).getOffset()).isEqualTo(6);
            assertThat(again).allSatisfy(message -> {
                assertThat(message.getLeaderEpoch()).isGreaterThan(oldEpoch);
                assertThat(UTF_8.decode(message.getPayload().duplicate()).toString())
                        .contains("new");
            });
            ledger.close();
        }
    }

    private static List<AdmittedEvent> messages(TestLedger ledger) {
        return ledger.messages(AdmittedEvent.class, "acme/0");
    }

    private static void produce(TestLedger ledger, String text, int count) {
        IntStream.range(0, count).forEach(i -> ledger.produce("acme", 0, ("\"" + text + i + "\"").getBytes(UTF_8)));
    }

    /** Cuts the partition's only segment behind so many batches, as if the broker had died before the rest was on disk. */
    private void cutBehind(int batches, String topic) throws IOException {
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
            for (int i = 0; i < batches; i++) {
                ByteBuffer header = ByteBuffer.allocate(BATCH_HEADER);
                log.read(header, end);
                end += BATCH_HEADER + header.getInt(LENGTH_AT);
            }
            assertThat(end).isLessThan(log.size());
            log.truncate(end);
        }
        // Without the mark of a clean shutdown the broker looks at its files again.
        Files.deleteIfExists(segment.getParent().getParent().resolve(".kafka_cleanshutdown"));
    }
}
