// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.anchor.RegistryTopology.RegistryProgress;
import io.tallystick.anchor.RegistryTopology.Surroundings;
import io.tallystick.anchor.registry.Registry;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.registry.WindowHead;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.Tick;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTopologyTest {
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));
    private static final Instant FIRST = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant SECOND = GRID.endOf(FIRST);
    private static final Instant THIRD = GRID.endOf(SECOND);
    private static final int PARTITIONS = 2;

    @TempDir
    private Path directory;

    private final Serde<SpecificRecord> records = AvroSerde.records();
    private final List<RegistryProgress> progress = new ArrayList<>();
    private final RegistryBuilder builder = new RegistryBuilder(EntryChain.ORIGIN, GRID, RegistryTopologyTest::blind);
    private AnchorConfig config;
    private TopologyTestDriver driver;
    private TestInputTopic<String, SpecificRecord> heads;
    private TestOutputTopic<String, SpecificRecord> registry;

    @BeforeEach
    void open() {
        Map<String, Object> properties = Settings.valid(directory);
        properties.put("ledger.partitions", PARTITIONS);
        config = new AnchorConfig(properties);
        start(new KnownRegistry(Registry.Base.NONE));
    }

    private void start(RegistryRecovery recovery) {
        Properties properties = new Properties();
        properties.putAll(config.streams("registry"));
        Surroundings surroundings = new Surroundings(config, RegistryTopologyTest::blind, recovery, this::show);
        driver = new TopologyTestDriver(RegistryTopology.build(surroundings, records), properties, FIRST);
        heads = driver.createInputTopic("ledger.heads", new StringSerializer(), records.serializer());
        registry = driver.createOutputTopic("ledger.registry", new StringDeserializer(), records.deserializer());
    }

    private void show(Optional<RegistryProgress> known) {
        known.ifPresentOrElse(progress::add, progress::clear);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private static Hash blind(String tenant) {
        if (tenant.equals("stranger")) {
            throw new LedgerIntegrityException("no tenant " + tenant);
        }
        return Hash.sha256(tenant.getBytes(UTF_8));
    }

    private record KnownRegistry(Registry.Base registered) implements RegistryRecovery {
        @Override
        public Optional<Instant> firstWindow() {
            return Optional.of(FIRST);
        }

        @Override
        public void replay(long before, Registry registry) {
            throw new AssertionError("nothing to replay before " + before);
        }
    }

    /** A chain of the tenant that lies in the partition. */
    private static EntryChain chain(String tenant, int partition, int size) {
        for (int i = 0; ; i++) {
            if (Topics.partitionOf(tenant + "/" + i, PARTITIONS) == partition) {
                EntryChain chain = new EntryChain(tenant + "/" + i);
                for (int seq = 0; seq < size; seq++) {
                    chain.next(FIRST);
                }
                return chain;
            }
        }
    }

    private static WindowHead windowHead(EntryChain chain) {
        return new WindowHead(chain.id(), chain.head());
    }

    private static ChainTreeHead record(EntryChain chain, Instant window, Cut cut) {
        CompactRange range = CompactRange.EMPTY;
        EntryChain copy = new EntryChain(chain.id().toString());
        while (range.size() < chain.size()) {
            copy.next(FIRST);
            range = range.append(copy.lastLeaf());
        }
        return ChainTreeHead.newBuilder()
                .setChain(chain.id().toString())
                .setWindow(window)
                .setCut(cut)
                .setSize(range.size())
                .setRoot(HeadRecords.buffer(range.root()))
                .setFrontier(HeadRecords.buffers(range))
                .setLastLeaf(HeadRecords.buffer(copy.lastLeaf()))
                .setEntriesPartition(Topics.partitionOf(chain.id().toString(), PARTITIONS))
                .setEntriesOffset(range.size())
                .build();
    }

    private void pipeHead(EntryChain chain, Instant window) {
        heads.pipeInput(chain.id().toString(), record(chain, window, Cut.WINDOW));
    }

    private void pipeClosed(int partition, Instant window, int count) {
        heads.pipeInput(null, new PartitionClosed(partition, window, GRID.endOf(window), count, 9L));
    }

    private List<SealedWindow> sealed() {
        List<SealedWindow> windows = new ArrayList<>();
        WindowParts parts = new WindowParts();
        for (KeyValue<String, SpecificRecord> record : registry.readKeyValuesToList()) {
            RegistryWindow part = (RegistryWindow) record.value;
            assertThat(record.key).isEqualTo(RegistryRecords.key(part.getWindowStart()));
            assertThat(part.getLeaves().size()).isLessThanOrEqualTo(1000);
            parts.add(part).ifPresent(windows::add);
        }
        return windows;
    }

    @Test
    void theDiagramIsTheCheckedInOne() throws IOException {
        Surroundings surroundings = new Surroundings(
                config, RegistryTopologyTest::blind, new KnownRegistry(Registry.Base.NONE), this::show);

        assertThat(RegistryTopology.build(surroundings, records).describe().toString())
                .isEqualToNormalizingNewlines(Files.readString(Path.of("src/test/resources/topology-registry.txt")));
    }

    @Test
    void aWindowIsRegisteredOnceAllPartitionsHaveClosedIt() {
        EntryChain acme = chain("acme", 0, 3);
        EntryChain globex = chain("globex", 1, 5);
        pipeHead(acme, FIRST);
        pipeClosed(0, FIRST, 1);
        assertThat(registry.isEmpty()).isTrue();
        pipeHead(globex, FIRST);

        pipeClosed(1, FIRST, 1);

        SealedWindow expected = builder.seal(CompactRange.EMPTY, FIRST, List.of(windowHead(acme), windowHead(globex)));
        assertThat(sealed()).containsExactly(expected);
        assertThat(progress.get(progress.size() - 1)).isEqualTo(new RegistryProgress(SECOND, 3, List.of(0, 1)));
    }

    @Test
    void fastHeadsAreNotRegistered() {
        EntryChain acme = chain("acme", 0, 3);
        heads.pipeInput(acme.id().toString(), record(acme, FIRST, Cut.FAST));
        pipeClosed(0, FIRST, 0);
        pipeClosed(1, FIRST, 0);

        assertThat(sealed()).containsExactly(builder.seal(CompactRange.EMPTY, FIRST, List.of()));
    }

    @Test
    void aLatePartitionSealsAllWindowsInOrder() {
        EntryChain acme = chain("acme", 0, 3);
        pipeHead(acme, FIRST);
        pipeClosed(0, FIRST, 1);
        pipeClosed(0, SECOND, 0);
        acme.next(FIRST);
        pipeHead(acme, THIRD);
        pipeClosed(0, THIRD, 1);
        EntryChain before = chain("acme", 0, 3);

        pipeClosed(1, FIRST, 0);
        pipeClosed(1, SECOND, 0);
        pipeClosed(1, THIRD, 0);

        SealedWindow first = builder.seal(CompactRange.EMPTY, FIRST, List.of(windowHead(before)));
        SealedWindow second = builder.seal(first.extended(), SECOND, List.of());
        SealedWindow third = builder.seal(second.extended(), THIRD, List.of(windowHead(acme)));
        assertThat(sealed()).containsExactly(first, second, third);
    }

    @Test
    void moreThanAThousandLeavesGoInParts() {
        List<WindowHead> expected = new ArrayList<>();
        Hash root = Hash.sha256("leaf".getBytes(UTF_8));
        for (int i = 0; i < 2500; i++) {
            String chain = "acme/" + i;
            if (Topics.partitionOf(chain, PARTITIONS) == 0) {
                expected.add(new WindowHead(ChainId.parse(chain), new TreeHead(1, root)));
                heads.pipeInput(
                        chain,
                        ChainTreeHead.newBuilder()
                                .setChain(chain)
                                .setWindow(FIRST)
                                .setCut(Cut.WINDOW)
                                .setSize(1)
                                .setRoot(HeadRecords.buffer(root))
                                .setFrontier(List.of(HeadRecords.buffer(root)))
                                .setLastLeaf(HeadRecords.buffer(root))
                                .setEntriesPartition(0)
                                .setEntriesOffset(i)
                                .build());
            }
        }
        assertThat(expected).hasSizeGreaterThan(1000);
        pipeClosed(0, FIRST, expected.size());
        pipeClosed(1, FIRST, 0);

        assertThat(registry.getQueueSize()).isEqualTo(2);
        assertThat(sealed()).containsExactly(builder.seal(CompactRange.EMPTY, FIRST, expected));
    }

    @Test
    void anEmptyStoreGoesOnFromWhatIsRegistered() {
        SealedWindow known = builder.seal(CompactRange.EMPTY, FIRST, List.of());
        driver.close();
        start(new KnownRegistry(new Registry.Base(known.extended(), Optional.of(known.end()))));

        for (Instant window : List.of(FIRST, SECOND)) {
            pipeClosed(0, window, 0);
            pipeClosed(1, window, 0);
        }

        RegistryWindow second = (RegistryWindow) registry.readValue();
        assertThat(second.getWindowStart()).isEqualTo(SECOND);
        assertThat(second.getPreviousSize()).isEqualTo(1);
        assertThat(registry.isEmpty()).isTrue();
    }

    @Test
    void aMissingHeadStopsTheApplication() {
        stops(() -> pipeClosed(0, FIRST, 1), "with 1 heads, found are 0");
    }

    @Test
    void aSecondHeadStopsTheApplication() {
        pipeHead(chain("acme", 0, 3), FIRST);

        stops(() -> pipeHead(chain("acme", 0, 4), FIRST), "a second head");
    }

    @Test
    void aHeadForAClosedWindowStopsTheApplication() {
        pipeClosed(0, FIRST, 0);

        stops(() -> pipeHead(chain("acme", 0, 3), FIRST), "begins at " + SECOND);
    }

    @Test
    void aTenantWithoutDescriptorStopsTheApplication() {
        pipeHead(chain("stranger", 0, 1), FIRST);
        pipeClosed(0, FIRST, 1);

        stops(() -> pipeClosed(1, FIRST, 0), "no tenant stranger");
    }

    @Test
    void aHeadWithAnotherRootThanItsFrontiersStopsTheApplication() {
        EntryChain acme = chain("acme", 0, 3);
        ChainTreeHead wrong = ChainTreeHead.newBuilder(record(acme, FIRST, Cut.WINDOW))
                .setRoot(HeadRecords.buffer(Hash.ZERO))
                .build();

        stops(() -> heads.pipeInput(acme.id().toString(), wrong), "its frontier has root");
    }

    @Test
    void aRecordThatDoesNotBelongInTheTopicStopsTheApplication() {
        stops(() -> heads.pipeInput(null, new Tick(0)), "Tick");
    }

    @Test
    void anOverdueWindowIsReportedWithThePartitionsThatHoldItUp() {
        pipeClosed(0, FIRST, 0);
        progress.clear();

        driver.advanceWallClockTime(Duration.ofMinutes(18));

        assertThat(progress).isNotEmpty().allMatch(seen -> seen.awaited().equals(List.of(1)));
    }

    /** A ledger whose sequencers have never run. */
    @Test
    void withoutAnyHeadTheLedgersFirstWindowIsTheOldest() {
        driver.advanceWallClockTime(Duration.ofMinutes(18));

        assertThat(progress).isNotEmpty().containsOnly(new RegistryProgress(FIRST, 0, List.of(0, 1)));
    }

    @Test
    void anEmptyStoreWithoutANewHeadShowsWhereTheRegistryEnds() {
        SealedWindow known = builder.seal(CompactRange.EMPTY, FIRST, List.of());
        driver.close();
        start(new KnownRegistry(new Registry.Base(known.extended(), Optional.of(known.end()))));

        driver.advanceWallClockTime(Duration.ofMinutes(18));

        assertThat(progress).isNotEmpty().containsOnly(new RegistryProgress(SECOND, 1, List.of(0, 1)));
        progress.clear();
        pipeClosed(0, SECOND, 0);
        driver.advanceWallClockTime(Duration.ofMinutes(1));
        assertThat(progress).isNotEmpty().containsOnly(new RegistryProgress(SECOND, 1, List.of(1)));
    }

    @Test
    void topicsThatCannotBeReadAreReadAgain() {
        driver.close();
        int[] attempts = {0};
        start(new RegistryRecovery() {
            @Override
            public Registry.Base registered() {
                if (attempts[0]++ == 0) {
                    throw new TimeoutException("no answer");
                }
                return Registry.Base.NONE;
            }

            @Override
            public Optional<Instant> firstWindow() {
                return Optional.of(FIRST);
            }

            @Override
            public void replay(long before, Registry registry) {
                throw new AssertionError("nothing to replay before " + before);
            }
        });

        driver.advanceWallClockTime(Duration.ofSeconds(30));
        assertThat(progress).isEmpty();
        driver.advanceWallClockTime(Duration.ofSeconds(30));
        driver.advanceWallClockTime(Duration.ofSeconds(30));

        assertThat(progress).isNotEmpty().containsOnly(new RegistryProgress(FIRST, 0, List.of(0, 1)));
        assertThat(attempts[0]).isEqualTo(2);
    }

    @Test
    void aTaskThatEndsTellsNothingAnyMore() {
        pipeClosed(0, FIRST, 0);
        pipeClosed(1, FIRST, 0);
        assertThat(progress).isNotEmpty();

        driver.close();

        assertThat(progress).isEmpty();
        start(new KnownRegistry(Registry.Base.NONE));
    }

    @Test
    void recordsStampedByAClockThatGoesBackAreRegisteredLikeAnyOther() {
        EntryChain acme = chain("acme", 0, 3);
        heads.pipeInput(acme.id().toString(), record(acme, FIRST, Cut.WINDOW), THIRD);
        heads.pipeInput(null, new PartitionClosed(0, FIRST, SECOND, 1, 9L), SECOND);
        heads.pipeInput(null, new PartitionClosed(1, FIRST, SECOND, 0, 9L), Instant.EPOCH);

        assertThat(sealed()).containsExactly(builder.seal(CompactRange.EMPTY, FIRST, List.of(windowHead(acme))));
    }

    @Test
    void partsThatDoNotBelongTogetherAreRefused() {
        SealedWindow window = builder.seal(CompactRange.EMPTY, FIRST, List.of());
        RegistryWindow part = (RegistryWindow) RegistryRecords.write(window).get(0);

        refuses(RegistryWindow.newBuilder(part).setPart(1).build());
        refuses(RegistryWindow.newBuilder(part).setParts(0).build());
        refuses(RegistryWindow.newBuilder(part).setFirstIndex(1).build());
        refuses(RegistryWindow.newBuilder(part).setSize(2).build());
        refuses(RegistryWindow.newBuilder(part)
                .setRoot(HeadRecords.buffer(Hash.ZERO))
                .build());
        refuses(RegistryWindow.newBuilder(part).setPreviousSize(1).build());
        refuses(RegistryWindow.newBuilder(part).setWindowEnd(THIRD).build());
        refuses(RegistryWindow.newBuilder(part)
                .setWindowStart(FIRST.minusSeconds(900))
                .build());
        refuses(RegistryWindow.newBuilder(part).setLeaves(List.of()).build());
    }

    @Test
    void aPartOfAnotherWindowDoesNotContinueAWindow() {
        SealedWindow window = builder.seal(CompactRange.EMPTY, FIRST, List.of());
        RegistryWindow part = (RegistryWindow) RegistryRecords.write(window).get(0);
        WindowParts parts = new WindowParts();
        parts.add(RegistryWindow.newBuilder(part).setParts(2).build());

        assertThatThrownBy(() -> parts.add(RegistryWindow.newBuilder(part)
                        .setParts(2)
                        .setPart(1)
                        .setFirstIndex(1)
                        .setWindowStart(SECOND)
                        .build()))
                .isInstanceOf(LedgerIntegrityException.class);
    }

    private static void refuses(RegistryWindow part) {
        assertThatThrownBy(() -> new WindowParts().add(part)).isInstanceOf(LedgerIntegrityException.class);
    }

    private static void stops(ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .hasRootCauseInstanceOf(LedgerIntegrityException.class)
                .rootCause()
                .hasMessageContaining(words);
    }
}
