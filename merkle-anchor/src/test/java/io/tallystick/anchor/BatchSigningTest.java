// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.Root;
import io.tallystick.anchor.sign.UnfitSignerException;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchSigningTest {
    private static final Instant WINDOW = Instant.parse("2026-11-21T12:00:00Z");

    private static List<Root> roots(int count) {
        return IntStream.range(0, count)
                .mapToObj(chain -> new Root(
                        "ledger.example.com/acme/" + chain, new TreeHead(chain + 1L, Hash.sha256()), true, WINDOW))
                .toList();
    }

    private static Bytes note(Root root) {
        return Bytes.of(root.origin().getBytes(UTF_8));
    }

    private static List<Bytes> sign(int count, Function<Root, Bytes> signature) {
        try (BatchSigning signing = new BatchSigning("test-signing", 4, signature)) {
            return signing.sign(roots(count), () -> false);
        }
    }

    @Test
    void notesStandInTheOrderOfTheirRoots() {
        for (int count : List.of(0, 1, 2, 7, 1000)) {
            assertThat(sign(count, BatchSigningTest::note))
                    .isEqualTo(roots(count).stream().map(BatchSigningTest::note).toList());
        }
    }

    @Test
    void theyAreThoseThatOneThreadMakes() {
        CheckpointSigner signer = new CheckpointSigner(
                List.of(TestKeys.key(KeyAlgorithm.ED25519, "one"), TestKeys.key(KeyAlgorithm.ECDSA_P256, "two")));
        Function<Root, Bytes> signature = root -> signer.sign(root.origin(), root.head(), WINDOW.plusSeconds(900));

        assertThat(sign(60, signature))
                .isEqualTo(roots(60).stream().map(signature).toList());
    }

    @Test
    void severalAreSignedAtOnce() {
        CyclicBarrier four = new CyclicBarrier(4);

        assertThat(sign(8, root -> {
                    try {
                        four.await(60, TimeUnit.SECONDS);
                        return note(root);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .hasSize(8);
    }

    @Test
    void aKeeperThatDoesNotAnswerEndsTheBatchAndTheNextOneIsSigned() {
        AtomicInteger outages = new AtomicInteger(1);
        Function<Root, Bytes> signature = root -> {
            if (outages.getAndDecrement() > 0) {
                throw new UncheckedIOException(new IOException("no answer"));
            }
            return note(root);
        };

        try (BatchSigning signing = new BatchSigning("test-signing", 4, signature)) {
            assertThatThrownBy(() -> signing.sign(roots(1000), () -> false))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("no answer");
            assertThat(signing.sign(roots(3), () -> false)).hasSize(3);
        }
    }

    @Test
    void whereNoneCanBeSignedNoThreadAsksTwice() {
        AtomicInteger asked = new AtomicInteger();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();

        assertThatThrownBy(() -> sign(1000, root -> {
                    asked.incrementAndGet();
                    threads.add(Thread.currentThread());
                    throw new UnfitSignerException(UnfitSignerException.Reason.KEY, "no key");
                }))
                .isInstanceOf(UnfitSignerException.class)
                .hasMessage("no key");
        assertThat(asked).hasValue(threads.size());
    }

    @Test
    void anErrorIsThrownAsItIs() {
        assertThatThrownBy(() -> sign(2, root -> {
                    throw new AssertionError("impossible");
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessage("impossible");
    }

    @Test
    void aFaultThatMayPassHidesNoneThatWillNot() {
        for (int attempt = 0; attempt < 20; attempt++) {
            CyclicBarrier both = new CyclicBarrier(2);
            AtomicInteger turn = new AtomicInteger(attempt);

            assertThatThrownBy(() -> sign(2, root -> {
                        int mine = turn.getAndIncrement();
                        try {
                            both.await(60, TimeUnit.SECONDS);
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                        if (mine % 2 == 0) {
                            throw new UncheckedIOException(new IOException("throttled"));
                        }
                        throw new UnfitSignerException(UnfitSignerException.Reason.KEY, "another key's signature");
                    }))
                    .isInstanceOf(UnfitSignerException.class)
                    .hasSuppressedException(new UncheckedIOException(new IOException("throttled")));
        }
    }

    @Test
    void oneThreadAsksOneByOne() {
        AtomicInteger atOnce = new AtomicInteger();
        try (BatchSigning signing = new BatchSigning("test-signing", 1, root -> {
            assertThat(atOnce.incrementAndGet()).isEqualTo(1);
            Bytes note = note(root);
            atOnce.decrementAndGet();
            return note;
        })) {
            assertThat(signing.sign(roots(100), () -> false)).hasSize(100);
        }
    }

    /** However many threads: what was begun is signed, nothing else is begun. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 16})
    void whenTimeIsUpTheNotesOfTheFirstRootsAreThereWithoutAGap(int threads) {
        AtomicInteger signed = new AtomicInteger();
        Function<Root, Bytes> signature = root -> {
            signed.incrementAndGet();
            return note(root);
        };
        try (BatchSigning signing = new BatchSigning("test-signing", threads, signature)) {
            List<Bytes> notes = signing.sign(roots(1000), () -> signed.get() >= 50);

            assertThat(notes).hasSize(signed.get()).hasSizeBetween(50, 50 + threads);
            assertThat(notes)
                    .isEqualTo(roots(notes.size()).stream()
                            .map(BatchSigningTest::note)
                            .toList());
        }
    }

    @Test
    void whereThereIsNoTimeAtAllOneIsSigned() {
        try (BatchSigning signing = new BatchSigning("test-signing", 1, BatchSigningTest::note)) {
            assertThat(signing.sign(roots(3), () -> true)).containsExactly(note(roots(1).get(0)));
            assertThat(signing.sign(List.of(), () -> true)).isEmpty();
        }
    }

    @Test
    void whoIsInterruptedGetsNoNotes() {
        CountDownLatch never = new CountDownLatch(1);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> sign(4, root -> {
                    try {
                        never.await();
                        return note(root);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .isInstanceOf(InterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
