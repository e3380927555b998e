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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Framed records, and what they cost while nobody knows their schemas. */
class RecordAdmitterTest {
    /** The registry knows it from the start. */
    private static final int KNOWN = 5;

    private final ReaderWorld world = new ReaderWorld();
    private final List<Integer> asked = new ArrayList<>();
    private final AtomicBoolean away = new AtomicBoolean();
    private final Set<Integer> registered = new HashSet<>(Set.of(KNOWN));
    private long now = 1_000_000;
    private final HandDriven threads = new HandDriven();
    private final RegistrySchemas schemas =
            new RegistrySchemas(registry(), threads, threads, Duration.ofSeconds(1), () -> now);
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
            public Optional<Lookup> lookUp(int id) {
                asked.add(id);
                if (away.get()) {
                    throw new IllegalStateException("away");
                }
                return registered.contains(id)
                        ? Optional.of(RegisteredSchema.judge(id, "AVRO", "\"int\"", false))
                        : Optional.empty();
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
        tell();
    }

    /** Lets so much time pass that an id is unknown for good. */
    private void lag() {
        threads.run();
        now += RegistrySchemas.LAG_MAX.toNanos();
        threads.pass();
        tell();
    }

    private void tell() {
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
        lag();
        int then = admit(ReaderWorld.polled(partition, 0, values));

        // Then
        assertThat(atFirst).isZero();
        assertThat(then).isEqualTo(200);
        assertThat(world.consumer.seeks).hasSize(seeks + 1);
        List<Integer> ids = IntStream.range(1000, 1150).boxed().toList();
        assertThat(asked).startsWith(ids.toArray(Integer[]::new)).hasSize(300).containsAll(ids);
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
        lag();
        assertThat(asked).containsExactly(7, KNOWN, 7);
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
        registered.add(7);
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

    // ---- whom a denial is about

    private List<String> reasonsOf(OwnedPartition partition) {
        return world.sent.stream()
                .filter(message ->
                        message.getChain().equals(partition.follower().chain().toString()))
                .map(message -> message.getOffset() + " " + message.getReason())
                .toList();
    }

    @Test
    void schemaRegisteredAfterAnotherTenantNamedItsIdIsUsed() {
        // Given
        List<OwnedPartition> owned = world.reading("evil", "good");
        OwnedPartition evil = owned.get(0);
        OwnedPartition good = owned.get(1);
        admit(ReaderWorld.polled(evil, 0, framed(8)));
        lag();
        admit(ReaderWorld.polled(evil, 0, framed(8)));
        assertThat(reasonsOf(evil)).containsExactly("0 schema-unknown");

        // When
        registered.add(8);
        admit(ReaderWorld.polled(good, 0, framed(8)));
        lookUp();
        admit(ReaderWorld.polled(good, 0, framed(8)));

        // Then
        assertThat(reasonsOf(good)).containsExactly("0 null");
    }

    @Test
    void recordThatCameAfterTheDenialHasItsSchemaLookedUpAgain() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        admit(ReaderWorld.polled(partition, 0, framed(8)));
        lag();

        // When
        registered.add(8);
        admit(ReaderWorld.polled(partition, 0, framed(8), framed(8)));
        lookUp();
        admit(ReaderWorld.polled(partition, 1, framed(8)));

        // Then
        assertThat(reasonsOf(partition)).containsExactly("0 schema-unknown", "1 null");
    }

    @Test
    void recordsThatWereInTheSourceBeforeTheDenialNeedNoOtherLookup() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        world.consumer.updateEndOffsets(Map.of(partition.partition(), 4L));

        // When
        admit(ReaderWorld.polled(partition, 0, framed(8), framed(9)));
        lag();
        asked.clear();
        admit(ReaderWorld.polled(partition, 0, framed(8), framed(9), framed(9)));
        admit(ReaderWorld.polled(partition, 3, framed(8), framed(9)));

        // Then
        assertThat(reasonsOf(partition))
                .containsExactly("0 schema-unknown", "1 schema-unknown", "2 schema-unknown", "3 schema-unknown");
        lookUp();
        assertThat(asked).containsExactly(9);
    }

    @Test
    void denialsCountBesideThoseOfTheNextRequest() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        world.consumer.updateEndOffsets(Map.of(partition.partition(), 4L));
        admit(ReaderWorld.polled(partition, 0, framed(8)));
        lag();

        // When
        admit(ReaderWorld.polled(partition, 0, framed(8), framed(9), framed(8)));
        lag();
        admit(ReaderWorld.polled(partition, 1, framed(9), framed(8), framed(9)));

        // Then
        assertThat(asked).containsExactly(8, 8, 9, 9);
        assertThat(reasonsOf(partition)).hasSize(4);
    }

    @Test
    void denialSaysNothingOfAnotherReading() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        admit(ReaderWorld.polled(partition, 0, framed(8)));
        lag();

        // When
        world.reader.perform(partition, partition.follower().topicUnknown("not found", System.nanoTime()));
        admit(ReaderWorld.polled(partition, 0, framed(8)));

        // Then
        assertThat(reasonsOf(partition)).isEmpty();
    }

    @Test
    void denialsOfAPartitionAreBounded() {
        // Given
        SchemaDenials denials = new SchemaDenials();
        Lookup unknown = new Lookup.Unknown("is not in the schema registry");

        // When
        for (int id = 0; id < 10 * SchemaDenials.KEPT_MAX; id++) {
            denials.add(Map.of(id, unknown), 0, Long.MAX_VALUE);
        }

        // Then
        assertThat(IntStream.range(0, 10 * SchemaDenials.KEPT_MAX)
                        .filter(id -> denials.of(id, 0, 0).isPresent()))
                .hasSize(SchemaDenials.KEPT_MAX)
                .endsWith(10 * SchemaDenials.KEPT_MAX - 1);
    }
}
