// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.admit.Hold;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.ingest.decode.RegisteredSchema;
import io.tallystick.ingest.decode.Schemas.Lookup;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Framed records, and what they cost while nobody knows their schemas. */
class RecordAdmitterTest {
    /** The registry knows it, and no other. */
    private static final int KNOWN = 5;

    private final ReaderWorld world = new ReaderWorld();
    private final List<Integer> asked = new ArrayList<>();
    private final AtomicBoolean away = new AtomicBoolean();
    private final HandDriven threads = new HandDriven();
    private final RegistrySchemas schemas =
            new RegistrySchemas(registry(), threads, Duration.ofSeconds(1), System::nanoTime);
    private final Inbox inbox = new Inbox();
    private final RecordAdmitter admitter = new RecordAdmitter(
            world.reader,
            new Decoder(Decoder.EVENT_BYTES_MAX, "operator", schemas),
            world.admission,
            schemas,
            world.writer,
            inbox,
            world.metrics);

    private RegistrySchemas.Registry registry() {
        return new RegistrySchemas.Registry() {
            @Override
            public Lookup lookUp(int id) {
                asked.add(id);
                if (away.get()) {
                    throw new IllegalStateException("away");
                }
                return id == KNOWN
                        ? RegisteredSchema.judge(id, "AVRO", "\"int\"", false)
                        : new Lookup.Unknown("is not in the schema registry");
            }

            @Override
            public void close() {}
        };
    }

    private static byte[] framed(int id) {
        return ByteBuffer.allocate(6).put((byte) 0).putInt(id).put((byte) 2).array();
    }

    /** Admits the batch as far as it goes. @return how many of its messages were sent */
    private int admit(SourceBatch batch) {
        int before = world.producer.history().size();
        for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
            if (!world.reader.isCurrent(batch)) {
                break;
            }
            assertThat(admitter.admit(batch, record)).isTrue();
        }
        return world.producer.history().size() - before;
    }

    private void lookUp() {
        threads.run();
        try {
            inbox.run(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void schemasOfAWholeBatchAreAskedForBeforeItIsReadAgain() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        byte[][] values =
                IntStream.range(0, 200).mapToObj(i -> framed(1000 + i % 150)).toArray(byte[][]::new);
        int seeks = world.consumer.seeks.size();

        // When
        int atFirst = admit(ReaderWorld.polled(partition, 0, values));
        lookUp();
        int then = admit(ReaderWorld.polled(partition, 0, values));

        // Then
        assertThat(atFirst).isZero();
        assertThat(then).isEqualTo(200);
        assertThat(world.consumer.seeks).hasSize(seeks + 1);
        assertThat(asked)
                .containsExactlyElementsOf(IntStream.range(1000, 1150).boxed().toList());
        assertThat(partition.follower().isHeld()).isFalse();
    }

    @Test
    void whatIsBeforeTheRecordIsAdmittedAndIsNotAskedForAgain() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        byte[] json = "1".getBytes(UTF_8);

        // When
        int atFirst = admit(ReaderWorld.polled(partition, 0, json, json, framed(7), json, framed(KNOWN), framed(7)));

        // Then
        assertThat(atFirst).isEqualTo(2);
        assertThat(world.consumer.seeks).endsWith(2L);
        assertThat(partition.follower().isHeld(Hold.SCHEMA)).isTrue();
        lookUp();
        assertThat(asked).containsExactly(7, KNOWN);
        assertThat(admit(ReaderWorld.polled(partition, 2, framed(7), json, framed(KNOWN), framed(7))))
                .isEqualTo(4);
    }

    @Test
    void recordsThatAreRefusedAnywayAskForNothing() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        byte[] cutShort = {0, 0, 0};
        byte[] negative = framed(-1);

        // When
        admit(ReaderWorld.polled(partition, 0, framed(7), cutShort, negative, new byte[0]));
        lookUp();

        // Then
        assertThat(asked).containsExactly(7);
    }

    @Test
    void chainWaitsWhileTheRegistryFailsForTheRecordThatIsNext() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        away.set(true);

        // When
        admit(ReaderWorld.polled(partition, 0, framed(7), framed(8)));
        lookUp();

        // Then
        assertThat(partition.follower().isHeld(Hold.SCHEMA)).isTrue();
        away.set(false);
        threads.pass();
        lookUp();
        assertThat(partition.follower().isHeld()).isFalse();
        assertThat(asked).containsExactly(7, 7);
    }
}
