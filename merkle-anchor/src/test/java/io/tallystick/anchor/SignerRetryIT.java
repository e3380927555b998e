// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.fixtures.RemoteKey;
import io.tallystick.topic.Topics;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What passes stops nobody: the signer begins again until it can sign, and signs at the pace of its keys. */
@ExtendWith(LedgerExtension.class)
class SignerRetryIT {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration SIGNATURE = Duration.ofMillis(50);
    private static final int HEADS = 60;
    private static final int WINDOWS = 40;
    private static final String LATE = "globex/7";

    @TempDir
    private Path directory;

    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private final CountDownLatch unlocked = new CountDownLatch(1);

    /** A key that does something else before it signs. */
    private record KeyWith(SigningKey key, Runnable before) implements SigningKey {
        @Override
        public KeyAlgorithm algorithm() {
            return key.algorithm();
        }

        @Override
        public byte[] spki() {
            return key.spki();
        }

        @Override
        public byte[] sign(byte[] message) {
            before.run();
            return key.sign(message);
        }

        @Override
        public void close() {
            key.close();
        }
    }

    private static CheckpointSigner keysWith(TestLedger ledger, Runnable before) {
        return new CheckpointSigner(ledger.keys().stream()
                .<SigningKey>map(key -> new KeyWith(key, before))
                .toList());
    }

    /** Puts the first window of the ledger, an empty one, before the signer. */
    private static SealedWindow offerWindow(TestLedger ledger) {
        SealedWindow window = new RegistryBuilder(EntryChain.ORIGIN, GRID, tenant -> Hash.ZERO)
                .seal(CompactRange.EMPTY, START, List.of());
        RegistryRecords.write(window)
                .forEach(part -> ledger.write(ledger.topics().registry(), 0, RegistryRecords.key(START), part));
        return window;
    }

    /** A token whose session is gone until somebody logs in again. */
    private void requireUnlocked() {
        if (unlocked.getCount() > 0) {
            throw new UncheckedIOException(new IOException("the token does not sign"));
        }
    }

    /** What waits for it shows meanwhile. */
    @Test
    void aKeyThatDoesNotSignIsTriedAgain(EmbeddedLedger broker) throws Exception {
        try (TestLedger ledger = new TestLedger(broker, directory, START)) {
            SignerMetrics metrics = new SignerMetrics(new SimpleMeterRegistry(), InstantSource.system());
            SealedWindow window = offerWindow(ledger);
            try (Signer signer = new Signer(
                    ledger.config(),
                    "one",
                    keysWith(ledger, this::requireUnlocked),
                    ledger.records(),
                    metrics,
                    fatal::add)) {
                signer.start();
                await().atMost(PATIENCE).until(() -> metrics.interruptions() > 0);
                assertThat(metrics.unsignedFrom()).contains(START);
                assertThat(ledger.checkpoints()).isEmpty();
                unlocked.countDown();

                await().atMost(PATIENCE).until(() -> metrics.unsignedFrom().equals(Optional.of(window.end())));
            }
            assertThat(fatal).isEmpty();
            assertThat(ledger.checkpoints())
                    .extracting(SignedCheckpoint::getSize)
                    .containsExactly(1L);
            assertThat(ledger.read(ledger.topics().signer())).hasSize(1);
        }
    }

    /** One that ends the thread and nothing else would leave a process that looks well and never signs. */
    @Test
    void anErrorEndsTheProcess(EmbeddedLedger broker) throws Exception {
        Error error = new NoClassDefFoundError("a class of the token's provider");

        assertThat(endedBy(broker, () -> {
                    throw error;
                }))
                .isSameAs(error);
    }

    /** As the contract of {@link SigningKey} has it. */
    @Test
    void aClosedKeyIsNoTroubleOfItsKeeper(EmbeddedLedger broker) throws Exception {
        IllegalStateException closed = new IllegalStateException("the key is closed");

        assertThat(endedBy(broker, () -> {
                    throw closed;
                }))
                .isSameAs(closed);
    }

    private static Instant windowOf(int i) {
        return START.plus(GRID.size().multipliedBy(i));
    }

    private static ChainTreeHead head(String chainId) {
        EntryChain chain = new EntryChain(chainId);
        byte[] unused = chain.next(START);
        CompactRange range = CompactRange.EMPTY.append(chain.lastLeaf());
        return ChainTreeHead.newBuilder()
                .setChain(chainId)
                .setWindow(START)
                .setCut(Cut.WINDOW)
                .setSize(1)
                .setRoot(HeadRecords.buffer(range.root()))
                .setFrontier(HeadRecords.buffers(range))
                .setLastLeaf(HeadRecords.buffer(chain.lastLeaf()))
                .setEntriesPartition(Topics.partitionOf(chainId, TestLedger.PARTITIONS))
                .setEntriesOffset(1)
                .build();
    }

    /** Puts heads of many chains, then windows, before the signer. */
    private static void offer(TestLedger ledger, int heads, int windows) {
        for (int i = 0; i < heads; i++) {
            ledger.write(ledger.topics().heads(), 0, "acme/" + i, head("acme/" + i));
        }
        CompactRange registry = CompactRange.EMPTY;
        for (int i = 0; i < windows; i++) {
            SealedWindow window = new RegistryBuilder(EntryChain.ORIGIN, GRID, tenant -> Hash.ZERO)
                    .seal(registry, windowOf(i), List.of());
            registry = window.extended();
            String key = RegistryRecords.key(window.start());
            RegistryRecords.write(window)
                    .forEach(part -> ledger.write(ledger.topics().registry(), 0, key, part));
        }
    }

    /**
     * A slow key is asked until it has seen that others of the batch are published, then that the signer polls between two windows:
     * one that publishes all it polled, or all of a batch, before it polls again would wait for ever.
     */
    @Test
    void withASlowKeyTheSignerPublishesAndPollsBeforeItHasSignedAll(EmbeddedLedger broker) throws Exception {
        Map<String, String> more = Map.of("client.max.poll.interval.ms", "4000", "ledger.signing.threads", "2");
        try (TestLedger ledger = new TestLedger(broker, directory, START, more)) {
            offer(ledger, HEADS, WINDOWS);
            SignerMetrics metrics = new SignerMetrics(new SimpleMeterRegistry(), InstantSource.system());
            AtomicInteger signatures = new AtomicInteger();
            CountDownLatch published = new CountDownLatch(1);
            CountDownLatch written = new CountDownLatch(1);
            RemoteKey remote = new RemoteKey("slow");
            SigningKey slow = new KeyWith(remote, () -> {
                LockSupport.parkNanos(SIGNATURE.toNanos());
                int number = signatures.incrementAndGet();
                awaitIf(number > HEADS - 10, published);
                awaitIf(number > HEADS + 10, written);
            });
            try (Signer signer = new Signer(
                    ledger.config(),
                    "one",
                    new CheckpointSigner(List.of(slow)),
                    ledger.records(),
                    metrics,
                    fatal::add)) {
                signer.start();
                await().atMost(PATIENCE)
                        .until(() -> !fatal.isEmpty() || !ledger.checkpoints().isEmpty());
                published.countDown();
                await().atMost(PATIENCE)
                        .until(() -> !fatal.isEmpty() || ledger.checkpoints().size() > HEADS);
                ledger.write(ledger.topics().heads(), 0, LATE, head(LATE));
                written.countDown();
                await().atMost(PATIENCE)
                        .until(() ->
                                !fatal.isEmpty() || metrics.publishedUntil().equals(Optional.of(windowOf(WINDOWS))));
            }
            assertThat(fatal).isEmpty();
            assertThat(metrics.interruptions()).isZero();
            List<String> found = ledger.checkpoints().stream()
                    .map(checkpoint -> checkpoint.getOrigin() + " " + checkpoint.getSize())
                    .toList();
            assertThat(found)
                    .filteredOn(checkpoint -> !checkpoint.contains(LATE))
                    .containsExactlyElementsOf(expected());
            assertThat(found.indexOf(EntryChain.ORIGIN + "/" + LATE + " 1")).isBetween(HEADS, HEADS + WINDOWS - 1);
            assertThat(remote.asked()).isEqualTo(HEADS + WINDOWS + 1);
        }
    }

    private static List<String> expected() {
        Stream<String> heads = IntStream.range(0, HEADS).mapToObj(i -> EntryChain.ORIGIN + "/acme/" + i + " 1");
        Stream<String> windows = IntStream.rangeClosed(1, WINDOWS).mapToObj(i -> EntryChain.ORIGIN + " " + i);
        return Stream.concat(heads, windows).toList();
    }

    private static void awaitIf(boolean now, CountDownLatch latch) {
        try {
            if (now) {
                latch.await();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Throwable endedBy(EmbeddedLedger broker, Runnable before) throws Exception {
        try (TestLedger ledger = new TestLedger(broker, directory, START)) {
            SignerMetrics metrics = new SignerMetrics(new SimpleMeterRegistry(), InstantSource.system());
            offerWindow(ledger);
            try (Signer signer = new Signer(
                    ledger.config(), "one", keysWith(ledger, before), ledger.records(), metrics, fatal::add)) {
                signer.start();
                await().atMost(PATIENCE).until(() -> !fatal.isEmpty());
            }
            assertThat(metrics.interruptions()).isZero();
            assertThat(ledger.checkpoints()).isEmpty();
            return fatal.get(0);
        }
    }
}
