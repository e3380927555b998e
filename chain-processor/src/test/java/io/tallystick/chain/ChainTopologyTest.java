// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static io.tallystick.chain.sequence.Given.CHAIN;
import static io.tallystick.chain.sequence.Given.CREATED;
import static io.tallystick.chain.sequence.Given.N;
import static io.tallystick.chain.sequence.Given.ORIGIN;
import static io.tallystick.chain.sequence.Given.TOPIC_ID;
import static io.tallystick.chain.sequence.Given.at;
import static io.tallystick.chain.sequence.Given.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Boundary;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.Notice;
import io.tallystick.avro.Tick;
import io.tallystick.chain.duplicates.IndexMemory;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.ChainStateCodec;
import io.tallystick.chain.sequence.ChainsDigest;
import io.tallystick.chain.sequence.EntriesOracle;
import io.tallystick.chain.sequence.Given;
import io.tallystick.chain.sequence.Halt;
import io.tallystick.chain.sequence.PartitionStateCodec;
import io.tallystick.entry.ChainId;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The driver has one task, partition 0; chains of partition 0 are used. What needs a broker is in {@code ChainIT}. */
class ChainTopologyTest {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

    /** A chain that lives in partition 0. */
    private static final String HERE = IntStream.range(0, 100)
            .mapToObj(i -> "acme/" + i)
            .filter(chain -> Topics.partitionOf(chain, N) == 0)
            .findFirst()
            .orElseThrow();

    @TempDir
    private Path state;

    /** What the entries topic holds before the task starts. */
    private final List<SpecificRecord> tail = new ArrayList<>(List.of(new Init(0L, N, ORIGIN, CREATED)));

    /** What the positions topic says of halts before the task starts. */
    private final List<ChainHalt> marks = new ArrayList<>();

    private final MeterRegistry meters = new SimpleMeterRegistry();

    /** The system clock, in ms since the ledger was created. */
    private long systemMs = 3_600_000;

    private final IndexMemory memory = new IndexMemory(IndexMemory.BYTES_MIN);
    private Serde<SpecificRecord> records;
    private TopologyTestDriver driver;
    private TestInputTopic<String, SpecificRecord> ingest;

    @BeforeEach
    void registerSchemas() throws IOException {
        LedgerSerdes serdes = new LedgerSerdes(new MockSchemaRegistryClient(), "mock://chain");
        serdes.register(TOPICS.schemas());
        records = serdes.records();
    }

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
        }
        memory.close();
    }

    private Topology topology() {
        ChainConfig config = config();
        SequencerSupplier supplier = new SequencerSupplier(
                config.ledger(),
                Duration.ofSeconds(5),
                10_000,
                (partition, fromPseq, aheadMax) -> List.copyOf(tail),
                pendingToo -> List.copyOf(marks),
                new Duplicates(state.resolve("duplicates"), memory, (partition, from, lastPseq, reader) -> {}),
                new CommitPace(),
                meters,
                () -> at(systemMs));
        return ChainTopology.build(config, records, supplier, 1);
    }

    private ChainConfig config() {
        Map<String, Object> properties = ChainConfigTest.properties();
        properties.put(ChainConfig.STATE_DIR, state.toString());
        return new ChainConfig(properties);
    }

    private void start() {
        Properties properties = new Properties();
        properties.putAll(config().streamsProperties());
        driver = new TopologyTestDriver(topology(), properties, CREATED);
        ingest = driver.createInputTopic(TOPICS.ingest(), new StringSerializer(), records.serializer());
    }

    private List<TestRecord<String, SpecificRecord>> entries() {
        return driver.createOutputTopic(TOPICS.entries(), new StringDeserializer(), records.deserializer())
                .readRecordsToList();
    }

    private static AdmittedEvent here(long from, long offset) {
        return Given.forChain(event(from, offset, 0), HERE);
    }

    @Test
    void theDiagramIsTheOneCheckedIn() throws IOException {
        try (InputStream in = ChainTopologyTest.class.getResourceAsStream("/topology.txt")) {
            assertThat(topology().describe().toString()).isEqualTo(new String(in.readAllBytes(), UTF_8));
        }
    }

    @Test
    void anEventBecomesAnEntryUnderTheKeyOfItsChain() {
        // Given
        start();

        // When
        ingest.pipeInput(HERE, here(0, 0), at(10));

        // Then
        List<TestRecord<String, SpecificRecord>> written = entries();
        assertThat(written).extracting(TestRecord::key).containsExactly(HERE, HERE);
        assertThat(written).extracting(TestRecord::timestamp).containsOnly(at(10).toEpochMilli());
        assertThat(written).allSatisfy(record -> assertThat(record.headers()).isEmpty());
        EntriesOracle.check(withInit(written));
    }

    @Test
    void aBoundaryHasNoKeyAndComesBeforeTheEntry() {
        // Given
        start();
        ingest.pipeInput(HERE, here(0, 0), at(10));

        // When
        ingest.pipeInput(HERE, here(1, 1), at(30_000));

        // Then
        List<TestRecord<String, SpecificRecord>> written = entries();
        assertThat(written.get(2).key()).isNull();
        assertThat(written.get(2).value()).isInstanceOf(Boundary.class);
        assertThat(written.get(3).value()).isInstanceOf(LedgerEntry.class);
        EntriesOracle.check(withInit(written));
    }

    @Test
    void aTickMovesTimeOnAnIdlePartition() {
        // Given
        start();

        // When
        ingest.pipeInput(null, new Tick(0), at(30_000));

        // Then
        assertThat(entries()).hasSize(1).first().satisfies(record -> assertThat(record.value())
                .isInstanceOf(Boundary.class));
    }

    @Test
    void aDiscontinuityIsToldInThePositionsTopic() {
        // Given
        start();

        // When
        ingest.pipeInput(HERE, here(3, 3), at(10));

        // Then
        assertThat(driver.createOutputTopic(TOPICS.positions(), new StringDeserializer(), records.deserializer())
                        .readKeyValuesToMap())
                .containsExactly(Map.entry(HERE, new Notice(HERE, TOPIC_ID, 0L, -1)));
    }

    @Test
    void whatBecameOfMessagesIsCounted() {
        // Given
        start();

        // When
        ingest.pipeInput(HERE, here(0, 0), at(10));
        ingest.pipeInput(HERE, here(0, 0), at(11));
        ingest.pipeInput(HERE, here(0, 0), at(12));

        // Then
        assertThat(total("appended")).isEqualTo(1.0);
        assertThat(total("replayed")).isEqualTo(2.0);
        assertThat(total("halted")).isZero();
    }

    private double total(String outcome) {
        return meters.get("ledger.chain.messages")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private long boundaries() {
        return entries().stream()
                .filter(record -> record.value() instanceof Boundary)
                .count();
    }

    @Test
    void aBrokerAnHourAheadClosesNoWindowsAndIsTold() {
        // Given: boundaries lie a minute apart, the first at 29.5 s
        systemMs = 10_000;
        start();
        ingest.pipeInput(HERE, here(0, 0), at(10_000));

        // When
        ingest.pipeInput(null, new Tick(0), at(3_610_000));
        ingest.pipeInput(HERE, here(1, 1), at(10_100));

        // Then
        assertThat(boundaries()).isZero();
        assertThat(gauge("ledger.chain.clock.clamped")).isEqualTo(1.0);
        assertThat(meters.get("ledger.chain.clock.clamps").counter().count()).isEqualTo(2.0);
        assertThat(gauge("ledger.chain.clock")).isEqualTo(at(15_000).toEpochMilli() / 1e3);
    }

    @Test
    void theClockFollowsAgainOnceTheBrokersAgree() {
        // Given
        systemMs = 10_000;
        start();
        ingest.pipeInput(null, new Tick(0), at(3_610_000));

        // When
        systemMs = 40_000;
        ingest.pipeInput(null, new Tick(0), at(40_000));

        // Then
        assertThat(boundaries()).isEqualTo(1);
        assertThat(gauge("ledger.chain.clock.clamped")).isZero();
        assertThat(gauge("ledger.chain.clock")).isEqualTo(at(40_000).toEpochMilli() / 1e3);
    }

    @Test
    void aBrokerAnHourBehindLetsTheClockStandAndMovesNothingBack() {
        // Given
        start();
        ingest.pipeInput(null, new Tick(0), at(30_000));

        // When: records of its partition's new leader, ticks with them
        ingest.pipeInput(HERE, here(0, 0), at(-3_600_000));
        ingest.pipeInput(null, new Tick(0), at(-3_599_000));

        // Then
        assertThat(gauge("ledger.chain.clock")).isEqualTo(at(30_000).toEpochMilli() / 1e3);
        assertThat(gauge("ledger.chain.clock.clamped")).isZero();
        assertThat(boundaries()).isEqualTo(1);
    }

    @Test
    void aDiscontinuityThatLastsIsMeasuredInLedgerTime() {
        // Given
        start();
        ingest.pipeInput(HERE, here(0, 0), at(10));
        ingest.pipeInput(HERE, here(5, 5), at(1_000));

        // When, Then
        ingest.pipeInput(null, new Tick(0), at(91_000));
        assertThat(gauge("ledger.chain.discontinuity")).isEqualTo(90.0);
        ingest.pipeInput(HERE, here(6, 6), at(92_000));
        assertThat(gauge("ledger.chain.discontinuity")).isEqualTo(91.0);
        ingest.pipeInput(HERE, here(1, 5), at(93_000));
        assertThat(gauge("ledger.chain.discontinuity")).isZero();
    }

    @Test
    void theStoreHoldsChainAndPartition() {
        // Given
        start();

        // When
        ingest.pipeInput(HERE, here(0, 4), at(10));

        // Then
        SequencerState store = (SequencerState) driver.getStateStore(SequencerState.NAME);
        assertThat(ChainStateCodec.decode(ChainId.parse(HERE), store.stored(HERE))
                        .source()
                        .next())
                .isEqualTo(5);
        assertThat(PartitionStateCodec.decode(store.stored(SequencerState.PARTITION))
                        .last()
                        .pseq())
                .isEqualTo(2);
    }

    @Test
    void whatTheHeadGuardReplaysIsStoredWithoutAnyInput() {
        // Given: entries of an earlier life
        start();
        ingest.pipeInput(HERE, here(0, 4), at(10));
        entries().forEach(record -> tail.add(record.value()));
        driver.close();

        // When: its state is gone
        start();
        driver.advanceWallClockTime(Duration.ofMillis(2));

        // Then
        SequencerState store = (SequencerState) driver.getStateStore(SequencerState.NAME);
        assertThat(ChainStateCodec.decode(ChainId.parse(HERE), store.stored(HERE))
                        .source()
                        .next())
                .isEqualTo(5);
        assertThat(PartitionStateCodec.decode(store.stored(SequencerState.PARTITION))
                        .last()
                        .pseq())
                .isEqualTo(2);
    }

    @Test
    void aChainGoesOnAfterItsStateWasRebuilt() {
        // Given
        start();
        ingest.pipeInput(HERE, here(0, 4), at(10));
        entries().forEach(record -> tail.add(record.value()));
        driver.close();
        start();

        // When
        ingest.pipeInput(HERE, here(0, 4), at(20));
        ingest.pipeInput(HERE, here(5, 5), at(21));

        // Then
        List<SpecificRecord> all = new ArrayList<>(tail);
        entries().forEach(record -> all.add(record.value()));
        assertThat(EntriesOracle.check(all).sources()).containsEntry(HERE, 6L);
    }

    /** Source offset 4 again, under another leader epoch. */
    private void truncateTheSource() {
        ingest.pipeInput(HERE, Given.forChain(event(2, 4, 1), HERE), at(11));
    }

    private List<KeyValue<String, SpecificRecord>> positions() {
        return driver.createOutputTopic(TOPICS.positions(), new StringDeserializer(), records.deserializer())
                .readKeyValuesToList();
    }

    @Test
    void aHaltIsMarkedInThePositionsTopic() {
        // Given
        start();
        ingest.pipeInput(HERE, here(0, 9), at(10));

        // When
        truncateTheSource();

        // Then
        assertThat(positions())
                .containsExactly(
                        KeyValue.pair("halt/" + HERE, new ChainHalt(HERE, "source-truncated", at(11), 4L, 1, 2L, 10L)));
        assertThat(total("halted")).isEqualTo(1.0);
    }

    @Test
    void aHaltSurvivesTheLossOfAllState() {
        // Given
        start();
        ingest.pipeInput(HERE, here(0, 9), at(10));
        truncateTheSource();
        entries().forEach(record -> tail.add(record.value()));
        positions().forEach(record -> marks.add((ChainHalt) record.value));
        driver.close();

        // When
        start();
        ingest.pipeInput(HERE, here(10, 10), at(20));

        // Then
        assertThat(entries()).isEmpty();
        assertThat(total("ignored")).isEqualTo(1.0);
        SequencerState store = (SequencerState) driver.getStateStore(SequencerState.NAME);
        ChainState halted = ChainStateCodec.decode(ChainId.parse(HERE), store.stored(HERE));
        assertThat(halted.halt().map(Halt::reason)).contains(Halt.Reason.SOURCE_TRUNCATED);
        assertThat(PartitionStateCodec.decode(store.stored(SequencerState.PARTITION))
                        .chains())
                .isEqualTo(ChainsDigest.of(List.of(halted)));
    }

    @Test
    void clearingTakesTheMarkAwayAndTheChainGoesOn() {
        // Given
        start();
        ingest.pipeInput(HERE, here(0, 9), at(10));
        truncateTheSource();
        ChainHalt mark = (ChainHalt) positions().get(0).value;

        // When
        ingest.pipeInput(HERE, Given.clearing(mark), at(12));
        ingest.pipeInput(HERE, Given.forChain(event(10, 10, 1), HERE), at(13));

        // Then
        assertThat(positions())
                .satisfiesExactlyInAnyOrder(
                        cleared -> assertThat(cleared).isEqualTo(new KeyValue<>("halt/" + HERE, null)),
                        notice -> assertThat(notice.value)
                                .isInstanceOfSatisfying(Notice.class, told -> assertThat(told.getNext())
                                        .isEqualTo(10L)));
        assertThat(total("cleared")).isEqualTo(1.0);
        assertThat(EntriesOracle.check(withInit(entries())).sources()).containsEntry(HERE, 11L);
    }

    @Test
    void aClearingOfAnotherMarkIsIgnoredCountedAndTold() {
        // Given
        start();
        ingest.pipeInput(HERE, here(0, 9), at(10));
        truncateTheSource();
        ChainHalt mark = (ChainHalt) positions().get(0).value;
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(SequencerProcessor.class);
        logged.start();
        logger.addAppender(logged);

        // When
        ingest.pipeInput(
                HERE, Given.clearing(ChainHalt.newBuilder(mark).setOffset(3).build()), at(12));

        // Then
        logger.detachAppender(logged);
        assertThat(total("clearing-refused")).isEqualTo(1.0);
        assertThat(positions()).isEmpty();
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .singleElement()
                .satisfies(event ->
                        assertThat(event.getFormattedMessage()).contains("message that would clear a halt ignored"));
    }

    @Test
    void everyMeterSaysWhatItCounts() {
        // When
        start();

        // Then
        assertThat(meters.getMeters()).hasSizeGreaterThan(10).allSatisfy(meter -> assertThat(
                        meter.getId().getDescription())
                .as(meter.getId().getName())
                .endsWith("."));
    }

    @Test
    void withoutAnInitRecordTheTaskDoesNotStart() {
        // Given
        tail.clear();

        // When, Then
        assertThatThrownBy(this::start).hasRootCauseInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aChainOfAnotherPartitionStopsTheTask() {
        // Given
        start();
        String elsewhere = Topics.partitionOf(CHAIN, N) == 0 ? "acme/1" : CHAIN;

        // When, Then
        assertThatThrownBy(() -> ingest.pipeInput(elsewhere, Given.forChain(event(0, 0, 0), elsewhere), at(1)))
                .hasRootCauseInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aRecordWithoutAPartitionIsNotWritten() {
        BoundariesPartitioner partitioner = new BoundariesPartitioner(N);
        assertThatThrownBy(() -> partitioner.partitions(TOPICS.entries(), null, tail.get(0), N))
                .isInstanceOf(LedgerIntegrityException.class);
    }

    @Test
    void aTopicThatGrewPartitionsTakesNoBoundary() {
        BoundariesPartitioner partitioner = new BoundariesPartitioner(24);
        assertThatThrownBy(() -> partitioner.partitions(TOPICS.entries(), null, boundary(), 25))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("25 partitions");
    }

    @Test
    void aBoundaryGoesToThePartitionItCuts() {
        BoundariesPartitioner partitioner = new BoundariesPartitioner(24);
        assertThat(partitioner
                        .partitions(TOPICS.entries(), null, boundary(), 24)
                        .orElseThrow())
                .containsExactly(7);
    }

    private static Boundary boundary() {
        return new Boundary(1L, 7, CREATED, null, List.of());
    }

    private List<SpecificRecord> withInit(List<TestRecord<String, SpecificRecord>> written) {
        List<SpecificRecord> all = new ArrayList<>(tail);
        written.forEach(record -> all.add(record.value()));
        return all;
    }
}
