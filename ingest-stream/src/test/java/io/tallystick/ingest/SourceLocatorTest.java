// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.admit.Location;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

class SourceLocatorTest {
    private static final Location SOMEWHERE =
            new Location("id", Optional.empty(), 0, new Location.End(5, Instant.EPOCH));

    private final Inbox inbox = new Inbox();
    private final List<Set<TopicPartition>> rounds = new ArrayList<>();
    private final Map<TopicPartition, CompletableFuture<Location>> asked = new HashMap<>();
    private final List<String> answers = new ArrayList<>();
    private final SourceLocator locator = new SourceLocator(this::probe, inbox);

    private Map<TopicPartition, CompletionStage<Location>> probe(Set<TopicPartition> partitions) {
        rounds.add(Set.copyOf(partitions));
        Map<TopicPartition, CompletionStage<Location>> answer = new HashMap<>();
        partitions.forEach(partition -> {
            asked.put(partition, new CompletableFuture<>());
            answer.put(partition, asked.get(partition));
        });
        return answer;
    }

    private static TopicPartition partition(int index) {
        return new TopicPartition("ledger.in.acme", index);
    }

    private void locate(int index, boolean stillDue) {
        locator.locate(
                partition(index),
                () -> stillDue,
                (found, failure) -> answers.add(index + (failure == null ? " found" : " failed")));
    }

    private ConditionFactory turning() {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1));
    }

    private void turn() {
        try {
            inbox.run(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void turnUntilRounds(int count) {
        turning().until(() -> {
            turn();
            return rounds.size() == count;
        });
    }

    @Test
    void partitionsDueTogetherAreLookedUpInOneRound() {
        // When
        for (int i = 0; i < 300; i++) {
            locate(i, true);
        }
        turnUntilRounds(1);

        // Then
        assertThat(rounds.get(0)).hasSize(300);
    }

    @Test
    void noMoreThanTheCapAreOnTheirWay() {
        // Given
        for (int i = 0; i < SourceLocator.IN_FLIGHT_MAX + 2; i++) {
            locate(i, true);
        }
        turnUntilRounds(1);
        assertThat(rounds.get(0)).hasSize(SourceLocator.IN_FLIGHT_MAX);

        // When
        asked.get(partition(7)).complete(SOMEWHERE);
        turnUntilRounds(2);

        // Then
        assertThat(rounds.get(1)).hasSize(1);
        assertThat(answers).containsExactly("7 found");
    }

    @Test
    void partitionThatIsNotAnsweredHoldsUpNoOther() {
        // Given
        locate(0, true);
        turnUntilRounds(1);

        // When
        locate(1, true);
        turnUntilRounds(2);
        asked.get(partition(1)).completeExceptionally(new KafkaException("no leader"));
        turn();

        // Then
        assertThat(answers).containsExactly("1 failed");
    }

    @Test
    void whatIsNoLongerDueIsNotAskedFor() {
        // When
        locate(0, false);
        locate(1, true);
        turnUntilRounds(1);

        // Then
        assertThat(rounds).containsExactly(Set.of(partition(1)));
    }
}
