// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
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
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What passes stops nobody: the signer begins again until it can sign. */
@ExtendWith(LedgerExtension.class)
class SignerRetryIT {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));
    private static final Duration PATIENCE = Duration.ofMinutes(2);

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
