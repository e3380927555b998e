// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.SourceProbe.Sight;
import io.tallystick.ingest.admit.Hold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class TopicGateTest {
    private static final byte[] VALUE = "1".getBytes(UTF_8);

    private final ReaderWorld world = new ReaderWorld();
    private final Inbox inbox = new Inbox();
    private final List<Set<String>> looks = new ArrayList<>();
    private final List<SourceBatch> admitted = new ArrayList<>();
    private Consumer<Map<String, Sight>> answer;
    private final TopicGate gate =
            new TopicGate(world.reader, this::look, inbox, world.metrics, world.limit, admitted::add);

    private void look(Set<String> topicIds, Consumer<Map<String, Sight>> result) {
        looks.add(topicIds);
        answer = result;
    }

    private SourceBatch poll(OwnedPartition partition, long offset) {
        SourceBatch batch = ReaderWorld.polled(partition, offset, VALUE);
        gate.add(batch);
        return batch;
    }

    /** The look on its way finds the topics of these tenants, and none of the others that it is about. */
    private void answer(String fault, String... found) {
        Map<String, Sight> sights = new HashMap<>();
        looks.get(looks.size() - 1).forEach(id -> sights.put(id, new Sight(Optional.empty(), fault)));
        for (String tenant : found) {
            String id = ReaderWorld.topicId(tenant);
            assertThat(sights.put(id, new Sight(Optional.of(id), "")))
                    .as("asked for")
                    .isNotNull();
        }
        answer.accept(sights);
        turn();
    }

    private void turn() {
        try {
            inbox.run(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void turnUntilLooks(int count) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    turn();
                    return looks.size() == count;
                });
    }

    @Test
    void batchOfATopicThatIsGoneIsDroppedAndThoseBesideItAreAdmitted() {
        // Given
        List<OwnedPartition> owned = world.reading("acme", "globex");
        SourceBatch gone = poll(owned.get(0), 0);
        SourceBatch there = poll(owned.get(1), 0);
        gate.ask();

        // When
        answer("no topic of that id", "globex");

        // Then
        assertThat(looks).containsExactly(Set.of(ReaderWorld.topicId("acme"), ReaderWorld.topicId("globex")));
        assertThat(admitted).containsExactly(there);
        assertThat(world.reader.isCurrent(gone)).isFalse();
        assertThat(gone.partition().follower().isHeld(Hold.LOCATING)).isTrue();
        assertThat(there.partition().follower().isHeld()).isFalse();
        assertThat(world.limit.bytes()).isEqualTo(there.bytes());
        assertThat(gate.isEmpty()).isTrue();
    }

    @Test
    void lookThatTimesOutAdmitsNothingAndTheNextOneIsAboutWhatCameSince() {
        // Given
        List<OwnedPartition> owned = world.reading("acme", "globex", "initech");
        poll(owned.get(0), 0);
        poll(owned.get(1), 0);
        gate.ask();
        SourceBatch since = poll(owned.get(2), 0);

        // When
        answer("timed out");

        // Then
        assertThat(admitted).isEmpty();
        assertThat(owned.get(0).follower().isHeld(Hold.LOCATING)).isTrue();
        assertThat(owned.get(1).follower().isHeld(Hold.LOCATING)).isTrue();
        assertThat(world.limit.bytes()).isEqualTo(since.bytes());
        turnUntilLooks(2);
        assertThat(looks.get(1)).containsExactly(ReaderWorld.topicId("initech"));
        answer("", "initech");
        assertThat(admitted).containsExactly(since);
    }

    @Test
    void batchPolledAfterALookBeganWaitsForTheNextThoughItsTopicWasFound() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        SourceBatch first = poll(partition, 0);
        gate.ask();
        SourceBatch second = poll(partition, 1);
        gate.ask();
        assertThat(looks).hasSize(1);

        // When
        answer("", "acme");

        // Then
        assertThat(admitted).containsExactly(first);
        turnUntilLooks(2);
        answer("", "acme");
        assertThat(admitted).containsExactly(first, second);
        assertThat(gate.isEmpty()).isTrue();
    }

    @Test
    void batchThatIsNoLongerCurrentIsDroppedWhateverTheLookFinds() {
        // Given
        List<OwnedPartition> owned = world.reading("acme", "globex");
        owned.forEach(partition -> poll(partition, 0));
        gate.ask();
        owned.forEach(partition -> world.reader.truncated(partition.partition(), null));
        int seeks = world.consumer.seeks.size();

        // When
        answer("no topic of that id", "globex");

        // Then
        assertThat(admitted).isEmpty();
        assertThat(world.limit.bytes()).isZero();
        assertThat(world.consumer.seeks).as("none of them moved again").hasSize(seeks);
    }

    @Test
    void batchOfAPartitionThatIsNotLocatedIsNotWaitedFor() {
        // When
        poll(world.assign("acme").get(0), 0);
        gate.ask();

        // Then
        assertThat(gate.isEmpty()).isTrue();
        assertThat(looks).isEmpty();
        assertThat(world.limit.bytes()).isZero();
    }

    @Test
    void batchOfAPartitionThatWasRevokedMeanwhileIsDropped() {
        // Given
        OwnedPartition partition = world.reading("acme").get(0);
        poll(partition, 0);
        gate.ask();
        world.reader.onPartitionsLost(List.of(partition.partition()));

        // When
        answer("", "acme");

        // Then
        assertThat(admitted).isEmpty();
        assertThat(world.limit.bytes()).isZero();
    }
}
