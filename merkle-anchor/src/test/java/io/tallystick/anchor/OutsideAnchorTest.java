// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.OutsideAnchor.Start;
import io.tallystick.anchor.OutsideWorker.Answered;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Backoff;
import io.tallystick.anchor.external.Position;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.entry.Bytes;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A witness that stands where no proof at hand begins, and one that has been stopped. */
class OutsideAnchorTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));
    private static final int SIZE = 9;

    private final AtomicInteger asked = new AtomicInteger();
    private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
    private final RegistryWindows windows = new RegistryWindows();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final OutsideMetrics metrics =
            new OutsideMetrics(meters, List.of("w"), Duration.ofMinutes(15), InstantSource.fixed(START));
    private final OutsideAnchor anchor = new OutsideAnchor(
            new StandingWitness(),
            Backoff.STANDARD,
            new Start(new Position(0, Set.of(), 5), 0),
            answers,
            metrics.of("w"));
    private final List<Position> written = new ArrayList<>();
    private Instant now = START;
    private volatile long stands = 3;
    private volatile boolean confirms;

    /** Says where it stands, whatever it is shown. */
    private final class StandingWitness implements Anchor {
        @Override
        public String id() {
            return "w";
        }

        @Override
        public AnchorKind kind() {
            return AnchorKind.WITNESS;
        }

        @Override
        public String objectName() {
            return "cosignature-00000000";
        }

        @Override
        public Answer submit(Submission submission) {
            asked.incrementAndGet();
            return confirms ? new Answer.Confirmed(Bytes.utf8("receipt")) : new Answer.Behind(stands);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @AfterEach
    void close() {
        anchor.close();
    }

    private void readWindows(int from, int to) {
        CompactRange registry = CompactRange.EMPTY;
        for (int i = 0; i < to; i++) {
            SealedWindow window = new RegistryBuilder(EntryChain.ORIGIN, GRID, tenant -> Hash.ZERO)
                    .seal(registry, START.plus(GRID.size().multipliedBy(i)), List.of());
            registry = window.extended();
            if (i >= from) {
                windows.add(new ConsumerRecord<>(
                        "ledger.registry",
                        0,
                        i,
                        "key",
                        RegistryRecords.write(window).get(0)));
            }
        }
    }

    private void submitAndTake() {
        submitAndTake(anchor);
    }

    private void submitAndTake(OutsideAnchor of) {
        now = now.plus(Duration.ofHours(2));
        of.submit(now, windows);
        await().until(() -> !answers.isEmpty());
        of.take(
                answers.remove().answer(),
                now,
                windows,
                (party, ended, position, registryOffset) -> written.add(position));
    }

    private boolean showsStopped() {
        return meters.get("ledger.anchor.stopped").tag("anchor", "w").gauge().value() == 1;
    }

    /** Found at a size again where no window ended. */
    private void stop() {
        offer();
        submitAndTake();
        submitAndTake();
        assertThat(asked).hasValue(2);
        anchor.close();
        metrics.interrupted();
    }

    /** The anchor in another term, which knows what was written in the first. */
    private OutsideAnchor nextTerm(boolean mayTry) {
        OutsideAnchor next = new OutsideAnchor(
                new StandingWitness(),
                Backoff.STANDARD,
                new Start(written.get(written.size() - 1), 0),
                answers,
                metrics.of("w"));
        next.begin(mayTry);
        next.track().offer(new RegistryCheckpoint(SIZE, START, 0, Bytes.utf8("note")));
        return next;
    }

    @Test
    void whatIsStoppedIsWrittenAndStaysStoppedInTheNextTerm() {
        stop();
        assertThat(written).singleElement().satisfies(position -> assertThat(position.stopped())
                .hasValueSatisfying(stop -> assertThat(stop.size()).isEqualTo(SIZE)));
        assertThat(showsStopped()).isTrue();
        confirms = true;

        try (OutsideAnchor next = nextTerm(false)) {
            next.submit(now.plus(Duration.ofDays(1)), windows);

            assertThat(next.track().isStopped()).isTrue();
            assertThat(next.track().pendingCount()).isEqualTo(1);
            assertThat(next.track().due(now.plus(Duration.ofDays(1)))).isEmpty();
            assertThat(showsStopped()).isTrue();
        }
        assertThat(asked).hasValue(2);
    }

    @Test
    void afterARestartOneConfirmationEndsIt() {
        stop();
        confirms = true;

        try (OutsideAnchor next = nextTerm(true)) {
            assertThat(showsStopped()).isTrue();
            submitAndTake(next);

            assertThat(next.track().isStopped()).isFalse();
            assertThat(showsStopped()).isFalse();
        }
        assertThat(written).last().satisfies(position -> {
            assertThat(position.stopped()).isEmpty();
            assertThat(position.confirmedSize()).isEqualTo(SIZE);
        });
    }

    @Test
    void afterARestartItIsStoppedAgainIfItStillContradicts() {
        stop();

        try (OutsideAnchor next = nextTerm(true)) {
            submitAndTake(next);
            assertThat(next.track().isOnTrial()).isTrue();
            assertThat(showsStopped()).isTrue();
            submitAndTake(next);

            assertThat(next.track().isOnTrial()).isFalse();
            assertThat(next.track().isStopped()).isTrue();
            assertThat(showsStopped()).isTrue();
        }
    }

    private void offer() {
        readWindows(5, SIZE);
        anchor.track().offer(new RegistryCheckpoint(SIZE, START, 0, Bytes.utf8("note")));
    }

    @Test
    void theRegistryIsReadOnceMoreForTheSizeItNames() {
        offer();
        assertThat(anchor.provesFrom()).isEqualTo(5);

        submitAndTake();

        assertThat(anchor.takeRequest()).isTrue();
        assertThat(anchor.takeRequest()).isFalse();
        assertThat(anchor.provesFrom()).isEqualTo(3);
        assertThat(anchor.track().isStopped()).isFalse();
    }

    @Test
    void foundThereAgainItStandsWhereNoWindowEnded() {
        offer();
        submitAndTake();

        submitAndTake();

        assertThat(anchor.track().isStopped()).isTrue();
        assertThat(anchor.track().lastError()).contains("size 3", "no window of the registry ends");
    }

    @Test
    void foundElsewhereTheRegistryIsReadForThatSizeTooAndThenNoMore() {
        offer();
        submitAndTake();
        assertThat(anchor.takeRequest()).isTrue();
        stands = 2;

        submitAndTake();

        assertThat(anchor.takeRequest()).isTrue();
        assertThat(anchor.provesFrom()).isEqualTo(2);
        assertThat(anchor.track().isStopped()).isFalse();
        stands = 3;

        submitAndTake();

        assertThat(anchor.takeRequest()).isFalse();
        assertThat(anchor.track().isStopped()).isTrue();
        assertThat(anchor.track().lastError()).contains("size 3", "confirmed nothing in between");
    }

    @Test
    void nothingIsSubmittedBeforeItsWindowHasBeenRead() {
        anchor.track().offer(new RegistryCheckpoint(SIZE, START, 0, Bytes.utf8("note")));
        readWindows(5, SIZE - 1);
        anchor.submit(now, windows);
        assertThat(anchor.track().due(now)).isPresent();
    }

    /** What is known of the registry begins after the checkpoint: nothing could be proven to it. */
    @Test
    void nothingIsSubmittedThatLiesBeforeWhatIsKnown() {
        anchor.track().offer(new RegistryCheckpoint(SIZE, START, 0, Bytes.utf8("note")));
        readWindows(SIZE + 1, SIZE + 3);
        anchor.submit(now, windows);
        assertThat(anchor.track().due(now)).isPresent();
    }
}
