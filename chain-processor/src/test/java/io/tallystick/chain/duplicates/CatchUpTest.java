// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.chain.sequence.Identities;
import io.tallystick.chain.sequence.Identity;
import io.tallystick.chain.sequence.Recorded;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.TenantPolicies.Duplicates;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatchUpTest {
    @TempDir
    private Path root;

    private Path directory;

    private final IndexMemory memory = new IndexMemory(IndexMemory.BYTES_MIN);
    private final List<Instant> asked = new ArrayList<>();
    private DuplicateIndex index;
    private Recorded topic;

    @BeforeEach
    void begin() {
        directory = root.resolve("index");
        index = new DuplicateIndex(directory, memory);
        topic = new Recorded(
                (chain, identity, policies, now) -> index.find(chain, identity, policies, now),
                kept -> index.remember(kept));
    }

    @AfterEach
    void close() {
        index.close();
        memory.close();
    }

    /** Another history of the same partition. */
    private static Recorded another() {
        return new Recorded(Identities.NONE, kept -> {});
    }

    private void commit() {
        index.prepared(topic.state().last());
        index.committed();
    }

    /** The next life of the task: an index from disk, perhaps from another place, and the topic. */
    private long restart(List<SpecificRecord> tail) {
        index.close();
        index = new DuplicateIndex(directory, memory);
        return new CatchUp(index, 0, topic.chains(), this::history).run(topic.state(), tail);
    }

    private void history(int partition, Instant from, long lastPseq, History.Reader reader) {
        asked.add(from);
        topic.records().stream()
                .filter(record -> !Recorded.place(record).getValue().isBefore(from)
                        && Recorded.place(record).getKey() <= lastPseq)
                .forEach(reader::take);
    }

    /** Every identity that should be known is, under its first entry. */
    private void knows(String id, long seq) {
        assertThat(index.find(
                        "acme/0",
                        Identity.of("acme/0", Optional.of("shop"), id),
                        topic.chains().get("acme/0").policies(),
                        topic.state().clock().now()))
                .map(Identities.Seen::seq)
                .contains(seq);
    }

    private void doesNotKnow(String id) {
        assertThat(index.find(
                        "acme/0",
                        Identity.of("acme/0", Optional.of("shop"), id),
                        topic.chains().get("acme/0").policies(),
                        topic.state().clock().now()))
                .isEmpty();
    }

    @Test
    void anIndexAtTheEndReadsNothing() {
        // Given
        topic.event("1", 0);
        commit();

        // When, Then
        assertThat(restart(List.of())).isZero();
        assertThat(asked).isEmpty();
        knows("1", 1);
    }

    @Test
    void aLostIndexIsReadAnewFromTheTopic() {
        // Given
        topic.event("1", 0);
        topic.event("2", 10);
        topic.event("1", 10);
        topic.anonymous();
        commit();
        directory = root.resolve("lost");

        // When
        long read = restart(List.of());

        // Then
        assertThat(read).isPositive();
        knows("1", 1);
        knows("2", 2);
        assertThat(index.entries()).isEqualTo(2);
        assertThat(index.cut()).isEmpty();
    }

    @Test
    void whatIsMissingAtTheEndComesFromTheTailIfThatReachesSoFar() {
        // Given
        topic.event("1", 0);
        commit();
        topic.event("2", 10);
        topic.event("3", 10);

        // When
        long read = restart(topic.tail(4));

        // Then
        assertThat(read).isEqualTo(2);
        assertThat(asked).isEmpty();
        knows("1", 1);
        knows("3", 3);
    }

    @Test
    void whatIsMissingAtTheEndComesFromTheTopicOtherwise() {
        // Given
        topic.event("1", 0);
        topic.event("2", 1_000);
        commit();
        topic.event("3", 10);
        topic.event("4", 10);

        // When
        long read = restart(topic.tail(1));

        // Then
        assertThat(read).isEqualTo(2);
        assertThat(asked).hasSize(1);
        knows("1", 1);
        knows("2", 2);
        knows("4", 4);
    }

    @Test
    void aPartitionThatCameBackFindsWhatAnotherInstanceWrote() {
        // Given: the index stays behind while another instance writes
        topic.event("1", 0);
        commit();
        Path own = directory;
        directory = root.resolve("elsewhere");
        restart(topic.tail(10));
        topic.event("2", 10);
        commit();

        // When
        directory = own;
        restart(List.of());

        // Then
        knows("1", 1);
        knows("2", 2);
    }

    @Test
    void anIndexOfAnotherHistoryIsForgotten() {
        // Given: the same positions, other events
        topic.event("1", 0);
        topic.event("2", 0);
        commit();
        topic = another();
        topic.event("1", 0);
        topic.event("x", 0);
        topic.event("y", 0);

        // When
        restart(List.of());

        // Then
        doesNotKnow("2");
        knows("1", 1);
        knows("x", 2);
        knows("y", 3);
    }

    @Test
    void anIndexAheadOfTheTopicIsForgotten() {
        // Given
        topic.event("1", 0);
        topic.event("2", 0);
        commit();
        topic = another();
        topic.event("z", 0);

        // When
        restart(topic.tail(10));

        // Then
        doesNotKnow("1");
        doesNotKnow("2");
        knows("z", 1);
    }

    @Test
    void onlyTheWindowIsReadAnew() {
        // Given
        topic.event("old", 0);
        topic.config(1, new TenantPolicies(Duplicates.MARK, Duration.ofSeconds(10), 100));
        topic.event("2", 20_000);
        commit();
        directory = root.resolve("lost");

        // When
        restart(List.of());

        // Then
        assertThat(asked).containsExactly(topic.state().clock().now().minusSeconds(10));
        doesNotKnow("old");
        knows("2", 3);
    }

    @Test
    void anIndexOlderThanTheWindowIsForgotten() {
        // Given
        topic.event("1", 0);
        topic.config(1, new TenantPolicies(Duplicates.MARK, Duration.ofSeconds(10), 100));
        commit();
        topic.event("2", 20_000);

        // When
        restart(topic.tail(1));

        // Then
        assertThat(index.entries()).isEqualTo(1);
        knows("2", 3);
    }

    @Test
    void withoutWindowsNothingIsOpened() {
        // Given
        topic.event("1", 0);
        topic.config(1, new TenantPolicies(Duplicates.MARK, Duration.ZERO, 100));
        commit();
        directory = root.resolve("untouched");

        // When, Then
        assertThat(restart(List.of())).isZero();
        assertThat(directory).doesNotExist();
    }

    @Test
    void whatWasLeftOutIsSaidAlsoAfterTheNextRestart() {
        // Given
        topic.event("1", 0);
        topic.event("2", 1_000);
        Instant since = topic.state().clock().now();
        index.close();
        directory = root.resolve("lost");
        index = new DuplicateIndex(directory, memory);

        // When
        new CatchUp(index, 0, topic.chains(), (partition, from, lastPseq, reader) -> {
                    reader.leftOutBefore(since);
                    reader.take(topic.records().get(topic.records().size() - 1));
                })
                .run(topic.state(), List.of());
        restart(List.of());

        // Then
        assertThat(index.cut()).contains(since);
        doesNotKnow("1");
        knows("2", 2);
    }

    @Test
    void aHoleIsKnownToAnIndexWhoseReadingWasCutShort() {
        // Given: more than one write's worth of records behind the hole
        for (int n = 0; n < 10_000; n++) {
            topic.event(Integer.toString(n), 1);
        }
        Instant since = topic.state().clock().now();
        index.close();
        directory = root.resolve("lost");
        index = new DuplicateIndex(directory, memory);
        CatchUp dies = new CatchUp(index, 0, topic.chains(), (partition, from, lastPseq, reader) -> {
            reader.leftOutBefore(since);
            topic.records().forEach(reader::take);
            throw new IllegalStateException("the process dies");
        });
        assertThatThrownBy(() -> dies.run(topic.state(), List.of())).isInstanceOf(IllegalStateException.class);

        // When
        index.close();
        index = new DuplicateIndex(directory, memory);

        // Then
        assertThat(index.open()).isPresent();
        assertThat(index.cut()).contains(since);
    }
}
