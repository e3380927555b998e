// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.ingest.admit.Hold;
import io.tallystick.ingest.admit.Location;
import io.tallystick.ingest.admit.SourceFollower;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceReaderTest {
    private static final TopicPartition PARTITION = new TopicPartition("ledger.in.acme", 1);

    /** Nothing else tells which partition cannot be read: the text is no API, and may change with each version. */
    @Test
    void textsOfExceptionsWereLookedAtInThisVersionOfKafka() {
        assertThat(AppInfoParser.getVersion())
                .as(
                        "SourceReader.damaged finds a partition by the text of the consumer's exception. With another version see"
                                + " what CompletedFetch and Fetcher say of a damaged record, add it to the forms below, run"
                                + " DamagedSourceIT; then name the version here")
                .isEqualTo("4.3.1");
    }

    /** The forms the consumer's exceptions have. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Encountered corrupt message when fetching offset 7 for topic-partition ledger.in.acme-1",
                "Record batch for partition ledger.in.acme-1 at offset 7 is invalid, cause: checksum",
                "Received exception when fetching the next record from ledger.in.acme-1. If needed, please seek past it",
                "Failed to make progress reading messages at ledger.in.acme-1=7. No complete records were found."
            })
    void partitionIsFoundInTheTextOfAnException(String text) {
        assertThat(SourceReader.isNamed(PARTITION, new KafkaException(text))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "User rebalance callback throws an error",
                "for topic-partition ledger.in.acme-12",
                "for topic-partition ledger.in.acme-1-0",
                "for topic-partition ledger.in.acme-1.b-0",
                "for topic-partition old.ledger.in.acme-1",
                "for topic-partition ledgerxin.acme-1"
            })
    void otherPartitionIsNotTakenForIt(String text) {
        assertThat(SourceReader.isNamed(PARTITION, new KafkaException(text))).isFalse();
    }

    @Test
    void exceptionWithoutTextNamesNothing() {
        assertThat(SourceReader.isNamed(PARTITION, new KafkaException())).isFalse();
    }

    // ---- a revocation holds up all tenants

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void revocationWaitsForNoCommitLongerThanASecond(boolean topicIsGone) {
        // Given
        ReaderWorld world = new ReaderWorld();
        OwnedPartition gone = world.reading("acme").get(0);
        assertThat(gone.follower().commitDue()).isPresent();
        if (topicIsGone) {
            world.consumer.commitFault = Optional.of(new TimeoutException("UNKNOWN_TOPIC_OR_PARTITION until then"));
        }

        // When
        world.reader.onPartitionsRevoked(List.of(gone.partition()));

        // Then
        assertThat(world.consumer.commitTimeouts).hasSize(1).allSatisfy(timeout -> assertThat(timeout)
                .isLessThanOrEqualTo(Duration.ofSeconds(1)));
        assertThat(world.reader.all()).isEmpty();
    }

    @Test
    void revocationWaitsForNothingLongerThanTwoSeconds() {
        assertThat(IngestTiming.DESIGNED.landing()).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }

    @Test
    @Timeout(60)
    void revocationDoesNotWaitForWhatIsOnItsWayOfOtherPartitions() {
        // Given
        ReaderWorld world = new ReaderWorld(Duration.ofHours(1));
        List<OwnedPartition> owned = world.reading("gone", "stuck");
        OwnedPartition gone = owned.get(0);
        world.send(gone, 0, 2);
        world.producer.completeNext();
        world.producer.completeNext();
        world.send(owned.get(1), 0, 2);

        // When
        world.reader.onPartitionsRevoked(List.of(gone.partition()));

        // Then
        assertThat(owned.get(1).follower().isIdle()).isFalse();
        assertThat(world.consumer.committedLast.get(gone.partition()).offset()).isEqualTo(2);
    }

    @Test
    @Timeout(60)
    void revocationWaitsForWhatIsOnItsWayOfItsPartitions() {
        // Given
        ReaderWorld world = new ReaderWorld(Duration.ofHours(1));
        OwnedPartition gone = world.reading("gone").get(0);
        world.send(gone, 0, 2);
        CompletableFuture<Void> broker = CompletableFuture.runAsync(() -> {
            world.producer.completeNext();
            world.producer.completeNext();
        });

        // When
        world.reader.onPartitionsRevoked(List.of(gone.partition()));

        // Then
        broker.join();
        assertThat(world.consumer.committedLast.get(gone.partition()).offset()).isEqualTo(2);
    }

    @Test
    void revocationCommitsWhatHasLandedIfTheRestDoesNot() {
        // Given
        ReaderWorld world = new ReaderWorld(Duration.ofMillis(10));
        OwnedPartition gone = world.reading("gone").get(0);
        world.send(gone, 0, 3);
        world.producer.completeNext();

        // When
        world.reader.onPartitionsRevoked(List.of(gone.partition()));

        // Then
        assertThat(world.consumer.committedLast.get(gone.partition()).offset()).isEqualTo(1);
        assertThat(world.reader.all()).isEmpty();
        world.producer.completeNext();
        world.producer.errorNext(new TimeoutException("too late for anybody"));
        world.turn();
        assertThat(world.writer.inFlightBytes()).isZero();
    }

    // ---- how far the consumer has read

    static List<RuntimeException> faultsOfAPosition() {
        return List.of(
                new TimeoutException("not now"),
                new LogTruncationException(Map.of(PARTITION, 7L), Map.of()),
                new TopicAuthorizationException(Set.of("ledger.in.other")),
                new GroupAuthorizationException("group"));
    }

    @ParameterizedTest
    @MethodSource("faultsOfAPosition")
    void positionThatCannotBeToldIsUnknownAndEndsNothing(RuntimeException fault) {
        // Given
        ReaderWorld world = new ReaderWorld();
        OwnedPartition partition = world.reading("acme").get(0);
        assertThat(world.readTo(partition)).hasValue(0);

        // When
        world.consumer.positionFault = Optional.of(fault);

        // Then
        assertThat(world.readTo(partition)).isEmpty();
    }

    // ---- what is on its way

    @Test
    void chainOfWhichNothingLandsBetweenClaimsIsWaiting() {
        // Given
        ReaderWorld world = new ReaderWorld();
        OwnedPartition partition = world.reading("acme").get(0);
        world.send(partition, 0, 1);
        world.reader.claimIdle();
        Duration before = partition.follower().waiting(System.nanoTime());

        // When
        world.reader.claimIdle();

        // Then
        assertThat(partition.follower().waiting(System.nanoTime())).isGreaterThan(before);
    }

    private static ReaderWorld withAClaimOnItsWay() {
        ReaderWorld world = new ReaderWorld();
        OwnedPartition partition = world.reading("acme").get(0);
        world.reader.perform(
                partition,
                partition
                        .follower()
                        .claimDue(
                                ReaderWorld.topicId("acme"),
                                new Location.End(1000, Instant.EPOCH),
                                OptionalLong.empty(),
                                System.nanoTime()));
        world.inbox.put.clear();
        return world;
    }

    @Test
    void chainWhoseClaimFailsIsWaitingAndCounted() {
        // Given
        ReaderWorld world = withAClaimOnItsWay();
        SourceFollower follower = world.reader
                .owned(new TopicPartition(world.topics.in("acme"), 0))
                .follower();
        Duration before = follower.waiting(System.nanoTime());
        world.metrics.retain(Set.of("acme"));

        // When
        assertThat(world.producer.errorNext(new TimeoutException("no leader"))).isTrue();
        world.inbox.put.forEach(Runnable::run);

        // Then
        assertThat(follower.waiting(System.nanoTime())).isGreaterThan(before);
        assertThat(world.meters
                        .get("ledger.ingest.failed.sends")
                        .tag("tenant", "acme")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void claimThatMayNeverBeWrittenEndsIngest() {
        // Given
        ReaderWorld world = withAClaimOnItsWay();

        // When
        assertThat(world.producer.errorNext(new TopicAuthorizationException("ledger.ingest")))
                .isTrue();

        // Then
        assertThatExceptionOfType(KafkaException.class)
                .isThrownBy(() -> world.inbox.put.forEach(Runnable::run))
                .withMessageContaining("cannot be written");
    }

    // ---- room in ledger.ingest

    @Test
    void chainsOfAFullPartitionAreHeldUntilItTakesMore() {
        // Given
        ReaderWorld world = new ReaderWorld();
        List<OwnedPartition> owned = world.reading("busy", "idle");

        // When
        world.send(owned.get(0), 0, 20);
        world.turn();

        // Then
        assertThat(owned).allMatch(partition -> partition.follower().isHeld(Hold.NO_ROOM));
        assertThat(world.consumer.paused())
                .containsExactlyInAnyOrder(
                        owned.get(0).partition(), owned.get(1).partition());
        while (world.producer.completeNext()) {
            world.turn();
        }
        assertThat(owned).noneMatch(partition -> partition.follower().isHeld());
        assertThat(world.consumer.paused()).isEmpty();
    }

    @Test
    void neighbourOfAFullPartitionIsWaiting() {
        // Given
        ReaderWorld world = new ReaderWorld();
        List<OwnedPartition> owned = world.reading("busy", "idle");
        world.send(owned.get(0), 0, 20);
        world.turn();
        long later = System.nanoTime() + Duration.ofMinutes(1).toNanos();

        // When
        world.metrics.retain(Set.of("busy", "idle"));
        world.metrics.publish(world.reader.all(), Set.of(), 0, later);

        // Then
        assertThat(world.meters
                        .get("ledger.ingest.waiting")
                        .tag("tenant", "idle")
                        .gauge()
                        .value())
                .isGreaterThanOrEqualTo(60);
    }
}
