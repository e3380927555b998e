// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.anchor.window.RecordPosition;
import io.tallystick.anchor.window.Trees;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.Tick;
import io.tallystick.entry.EntryCodec;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTopologyTest {
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant CREATED = NOON.plusSeconds(10);
    private static final Instant QUARTER = NOON.plus(WINDOW);

    @TempDir
    private Path directory;

    private final Serde<SpecificRecord> records = AvroSerde.records();
    private final PartitionFeed feed = new PartitionFeed(0, 0);
    private final EntryChain acme = new EntryChain("acme/0");
    private final EntryChain globex = new EntryChain("globex/3");
    private final List<Long> rebuilt = new ArrayList<>();
    private AnchorConfig config;
    private TopologyTestDriver driver;
    private TestInputTopic<String, SpecificRecord> entries;
    private TestOutputTopic<String, SpecificRecord> heads;

    @BeforeEach
    void open() {
        config = new AnchorConfig(Settings.valid(directory));
        start((partition, before, trees, store) -> rebuilt.add(before));
    }

    private void start(TreesRecovery recovery) {
        Properties properties = new Properties();
        properties.putAll(config.streams("trees"));
        driver = new TopologyTestDriver(TreesTopology.build(config, records, recovery), properties);
        entries = driver.createInputTopic("ledger.entries", new StringSerializer(), records.serializer());
        heads = driver.createOutputTopic("ledger.heads", new StringDeserializer(), records.deserializer());
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private void pipe(EntryChain chain, Instant recorded) {
        pipe(chain, chain.next(recorded));
    }

    private void pipe(EntryChain chain, byte[] entry) {
        entries.pipeInput(chain.id().toString(), feed.entry(chain, entry));
    }

    private void pipe(SpecificRecord record) {
        entries.pipeInput(null, record);
    }

    private static ChainTreeHead head(KeyValue<String, SpecificRecord> record) {
        ChainTreeHead head = (ChainTreeHead) record.value;
        assertThat(record.key).isEqualTo(head.getChain());
        return head;
    }

    @Test
    void theDiagramIsTheCheckedInOne() throws IOException {
        String described = TreesTopology.build(config, records, (partition, before, trees, store) -> {})
                .describe()
                .toString();

        assertThat(described)
                .isEqualToNormalizingNewlines(Files.readString(Path.of("src/test/resources/topology.txt")));
    }

    @Test
    void headsOfAWindowComeBeforeItsClosing() {
        pipe(feed.init(1, CREATED));
        pipe(globex, CREATED.plusSeconds(1));
        pipe(acme, CREATED.plusSeconds(2));
        pipe(acme, CREATED.plusSeconds(3));

        pipe(feed.windowEnd(QUARTER, WINDOW));

        List<KeyValue<String, SpecificRecord>> out = heads.readKeyValuesToList();
        ChainTreeHead first = head(out.get(0));
        assertThat(first.getChain()).isEqualTo("acme/0");
        assertThat(first.getCut()).isEqualTo(Cut.WINDOW);
        assertThat(first.getWindow()).isEqualTo(NOON);
        assertThat(first.getSize()).isEqualTo(2);
        assertThat(HeadRecords.hash(first.getRoot())).isEqualTo(acme.head().root());
        assertThat(HeadRecords.hash(first.getLastLeaf())).isEqualTo(acme.lastLeaf());
        assertThat(HeadRecords.range(2, first.getFrontier()).root())
                .isEqualTo(acme.head().root());
        assertThat(first.getEntriesPartition()).isZero();
        assertThat(first.getEntriesOffset()).isEqualTo(3);
        assertThat(head(out.get(1)).getChain()).isEqualTo("globex/3");
        assertThat(out.get(2)).isEqualTo(KeyValue.pair(null, new PartitionClosed(0, NOON, QUARTER, 2, 4L)));
        assertThat(out).hasSize(3);
    }

    @Test
    void aCheckpointGivesFastHeads() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));

        pipe(feed.checkpoint(NOON.plusSeconds(60)));

        assertThat(heads.readKeyValuesToList())
                .singleElement()
                .satisfies(record -> assertThat(head(record).getCut()).isEqualTo(Cut.FAST));
    }

    @Test
    void aCheckpointIsCutAtTheConfiguredIntervalAndNotBetween() {
        driver.close();
        Map<String, Object> properties = Settings.valid(directory);
        properties.put(LedgerSettings.CHECKPOINT_INTERVAL_MS, 180_000);
        config = new AnchorConfig(properties);
        start((partition, before, trees, store) -> {});
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));

        pipe(feed.checkpoint(NOON.plusSeconds(60)));
        assertThat(heads.isEmpty()).isTrue();
        pipe(feed.checkpoint(NOON.plusSeconds(180)));

        assertThat(heads.readValuesToList())
                .singleElement()
                .satisfies(head -> assertThat(((ChainTreeHead) head).getCut()).isEqualTo(Cut.FAST));
    }

    @Test
    void aThousandEntriesOfAChainGiveAFastHeadWithoutWaitingForTheInterval() {
        pipe(feed.init(1, CREATED));
        pipe(globex, CREATED.plusSeconds(1));
        for (int i = 0; i < 999; i++) {
            pipe(acme, CREATED.plusSeconds(6));
        }
        assertThat(heads.isEmpty()).isTrue();

        pipe(acme, CREATED.plusSeconds(6));
        pipe(acme, CREATED.plusSeconds(6));

        assertThat(heads.readKeyValuesToList()).singleElement().satisfies(record -> {
            assertThat(head(record).getChain()).isEqualTo("acme/0");
            assertThat(head(record).getCut()).isEqualTo(Cut.FAST);
            assertThat(head(record).getSize()).isEqualTo(1000);
            assertThat(head(record).getWindow()).isEqualTo(NOON);
        });
    }

    /** What brokers stamp on records, forwards or backwards, is not what the ledger goes by. */
    @Test
    void aBrokersClockThatGoesBackChangesNoByte() {
        List<TestRecord<String, SpecificRecord>> forwards = piped(1);
        driver.close();
        start((partition, before, trees, store) -> {});

        assertThat(piped(-1)).hasSize(4).isEqualTo(forwards);
    }

    private List<TestRecord<String, SpecificRecord>> piped(int direction) {
        PartitionFeed from = new PartitionFeed(0, 0);
        EntryChain chain = new EntryChain("acme/0");
        List<SpecificRecord> written = List.of(
                from.init(1, CREATED),
                from.entry(chain, chain.next(CREATED.plusSeconds(1))),
                from.checkpoint(NOON.plusSeconds(60)),
                from.entry(chain, chain.next(NOON.plusSeconds(61))),
                from.windowEnd(QUARTER, WINDOW),
                from.windowEnd(QUARTER.plus(WINDOW), WINDOW));
        for (int i = 0; i < written.size(); i++) {
            SpecificRecord record = written.get(i);
            entries.pipeInput(
                    record instanceof LedgerEntry entry ? entry.getChain() : null,
                    record,
                    NOON.plus(WINDOW.multipliedBy((long) direction * i)));
        }
        return heads.readRecordsToList();
    }

    /** The driver commits after each record, and so asks the state to store itself: that is not public API of Streams. */
    @Test
    void theStoresHoldTreesAndClockAfterEachCommit() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));
        pipe(globex, CREATED.plusSeconds(2));
        byte[] clock = storedClock();
        pipe(acme, CREATED.plusSeconds(3));

        TreesState state = (TreesState) driver.getStateStore(TreesTopology.TREES);
        Trees stored = new Trees();
        state.stored(stored::load);
        stored.loadClock(storedClock());
        assertThat(stored.intact()).isTrue();
        assertThat(stored.tree("acme/0").orElseThrow().head()).isEqualTo(acme.head());
        assertThat(stored.tree("globex/3").orElseThrow().head()).isEqualTo(globex.head());
        assertThat(stored.clock().orElseThrow().last()).isEqualTo(new RecordPosition(3, 3));
        stored.loadClock(clock);
        assertThat(stored.intact()).isFalse();
    }

    private byte[] storedClock() {
        return (byte[]) driver.getKeyValueStore(TreesTopology.CLOCK).get("clock");
    }

    @Test
    void idleWindowsAreClosedOneByOne() {
        pipe(feed.init(1, CREATED));
        for (int i = 1; i <= 3; i++) {
            pipe(feed.windowEnd(NOON.plus(WINDOW.multipliedBy(i)), WINDOW));
        }

        assertThat(heads.readValuesToList())
                .extracting(value -> ((PartitionClosed) value).getWindowStart())
                .containsExactly(NOON, NOON.plus(WINDOW), NOON.plus(WINDOW.multipliedBy(2)));
    }

    @Test
    void catchingUpOverSeveralWindowsGivesEachItsHead() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));
        pipe(feed.windowEnd(QUARTER, WINDOW));
        pipe(acme, QUARTER);
        pipe(feed.windowEnd(QUARTER.plus(WINDOW), WINDOW));

        List<SpecificRecord> out = heads.readValuesToList();
        assertThat(out).hasSize(4);
        assertThat(((ChainTreeHead) out.get(0)).getSize()).isEqualTo(1);
        assertThat(((ChainTreeHead) out.get(2)).getSize()).isEqualTo(2);
        assertThat(((ChainTreeHead) out.get(2)).getWindow()).isEqualTo(QUARTER);
    }

    @Test
    void anEmptyStoreAsksWhatWasThereBeforeTheFirstRecordAndOnlyOnce() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));

        assertThat(rebuilt).containsExactly(0L);
    }

    @Test
    void recordsAlreadyInTheRebuiltStateAreNotTakenTwice() {
        driver.close();
        start((partition, before, trees, store) -> trees.resume(new RecordPosition(1, 1), QUARTER));
        PartitionFeed after = new PartitionFeed(0, 2);

        pipe(feed.init(1, CREATED));
        pipe(feed.windowEnd(QUARTER, WINDOW));
        pipe(after.windowEnd(QUARTER.plus(WINDOW), WINDOW));

        assertThat(heads.readValuesToList()).singleElement().satisfies(closed -> assertThat(
                        ((PartitionClosed) closed).getWindowStart())
                .isEqualTo(QUARTER));
    }

    @Test
    void aSequenceGapStopsTheApplication() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));
        byte[] skipped = EntryCodec.encode(acme.draft(2, acme.lastLeaf(), CREATED.plusSeconds(2)));

        stops(() -> entries.pipeInput("acme/0", feed.entry(acme, 2, skipped)), "chain acme/0, sequence 2");
    }

    @Test
    void aWrongPreviousHashStopsTheApplication() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));
        byte[] forked = EntryCodec.encode(acme.draft(1, Hash.sha256(), CREATED.plusSeconds(2)));

        stops(() -> entries.pipeInput("acme/0", feed.entry(acme, 1, forked)), "chain acme/0, sequence 1");
    }

    @Test
    void aChangedByteStopsTheApplicationAtTheNextEntry() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));
        byte[] changed = new String(acme.next(CREATED.plusSeconds(2)), StandardCharsets.UTF_8)
                .replace("event-1", "event-7")
                .getBytes(StandardCharsets.UTF_8);
        pipe(acme, changed);

        stops(() -> pipe(acme, CREATED.plusSeconds(3)), "chain acme/0, sequence 2");
    }

    @Test
    void recordedGoingBackStopsTheApplication() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(2));

        stops(() -> pipe(acme, CREATED.plusSeconds(1)), "recorded went back");
    }

    @Test
    void aClosedWindowClosedAgainStopsTheApplication() {
        pipe(feed.init(1, CREATED));
        pipe(feed.windowEnd(QUARTER, WINDOW));

        stops(() -> pipe(feed.windowEnd(QUARTER, WINDOW)), "after the ledger clock had reached");
    }

    @Test
    void aMissingRecordStopsTheApplication() {
        pipe(feed.init(1, CREATED));
        feed.checkpoint(NOON.plusSeconds(60));

        stops(() -> pipe(acme, NOON.plusSeconds(61)), "record counter is 2 after 0");
    }

    @Test
    void aRecordThatDoesNotBelongInTheTopicStopsTheApplication() {
        pipe(feed.init(1, CREATED));

        stops(() -> pipe(new Tick(0)), "Tick");
        driver.close();
        start((partition, before, trees, store) -> {});
        stops(() -> pipe(null), "nothing");
    }

    @Test
    void aHeadWhoseRecordsContradictItIsRefusedByItsReaders() {
        pipe(feed.init(1, CREATED));
        pipe(acme, CREATED.plusSeconds(1));
        pipe(feed.windowEnd(QUARTER, WINDOW));
        ChainTreeHead head = head(heads.readKeyValue());
        assertThat(HeadRecords.read("acme/0", head, 1).range().head()).isEqualTo(acme.head());

        refuses("acme/1", head);
        refuses("acme/0", ChainTreeHead.newBuilder(head).setEntriesPartition(1).build());
        refuses("acme/0", ChainTreeHead.newBuilder(head).setSize(3).build());
        refuses("acme/0", ChainTreeHead.newBuilder(head).setSize(-1).build());
        refuses(
                "acme/0",
                ChainTreeHead.newBuilder(head)
                        .setRoot(HeadRecords.buffer(CompactRange.EMPTY.root()))
                        .build());
    }

    private static void refuses(String key, ChainTreeHead head) {
        assertThatThrownBy(() -> HeadRecords.read(key, head, 1)).isInstanceOf(LedgerIntegrityException.class);
    }

    private static void stops(ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .hasRootCauseInstanceOf(LedgerIntegrityException.class)
                .rootCause()
                .hasMessageContaining(words);
    }
}
