// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.SignerTopics.Failure;
import io.tallystick.anchor.SignerTopics.Write;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.Root;
import io.tallystick.anchor.sign.SigningGuard;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.fixtures.RemoteKey;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each write outside the process fails, in both ways, at each place of a signer's work; then a new signer goes on. */
class SignerCrashTest {
    private static final String ORIGIN = EntryChain.ORIGIN;
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final ConsumerGroupMetadata GROUP = new MockConsumer<>("none").groupMetadata();
    private static final CheckpointSigner CHECKPOINTS = new CheckpointSigner(List.of(
            KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom()),
            KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom())));

    /** Two chains; the first again, larger; a window with its head and leaves; the second chain again. */
    private static final List<List<Root>> HEADS = List.of(
            List.of(root("acme/0", 2, "a"), root("globex/0", 3, "b")),
            List.of(root("acme/0", 5, "c")),
            List.of(root("globex/0", 4, "d"), root("globex/1", 1, "e")));

    private static final SealedWindow WINDOW = new RegistryBuilder(
                    ORIGIN, new WindowGrid(Duration.ofMinutes(15)), tenant -> Hash.ZERO)
            .seal(CompactRange.EMPTY, START, List.of());
    private static final int WINDOW_AFTER = 2;
    private static final int CHECKPOINTS_IN_ALL = 6;

    @TempDir
    private Path directory;

    private CheckpointSigner checkpoints = CHECKPOINTS;
    private SignerTopics topics;
    private AnchorConfig config;

    private static Root root(String chain, long size, String seed) {
        Hash root = Hash.sha256(seed.getBytes(StandardCharsets.UTF_8));
        return new Root(ORIGIN + "/" + chain, new TreeHead(size, root), true, START);
    }

    /** Every write, in both ways, the first to the last time it happens; with and without the guard file. */
    static Stream<Arguments> faults() {
        List<Arguments> faults = new ArrayList<>();
        for (Write write : Write.values()) {
            for (Failure failure : Failure.values()) {
                for (int before = 0; before < times(write); before++) {
                    faults.add(Arguments.of(write, failure, before, true));
                    if (!write.isOfGuardFile()) {
                        faults.add(Arguments.of(write, failure, before, false));
                    }
                }
            }
        }
        return faults.stream();
    }

    private static int times(Write write) {
        return switch (write) {
            case INIT_TRANSACTIONS -> 1;
            case GUARD_FILE_WRITE,
                    GUARD_FILE_RENAME,
                    GUARD_DIRECTORY_FORCE,
                    INTENT_COMMIT,
                    OFFSETS_SEND,
                    CHECKPOINT_COMMIT -> HEADS.size() + 1;
            case INTENT_SEND, CHECKPOINT_SEND -> CHECKPOINTS_IN_ALL;
        };
    }

    private void prepare(boolean guarded) throws IOException {
        Map<String, Object> properties = Settings.valid(directory);
        if (guarded) {
            Path file = directory.resolve("guard");
            properties.put(AnchorConfig.GUARD_FILE, file.toString());
            GuardFile.create(file, ORIGIN, new SigningGuard());
        }
        config = new AnchorConfig(properties);
        topics = new SignerTopics(config);
    }

    private SignerSession session() {
        return new SignerSession(config, checkpoints, topics);
    }

    /** One term: all that is left to do, from the committed offsets on. */
    private void work() {
        work(HEADS.size() + 1);
    }

    /** A term that ends after one publication. */
    private void workOnce() {
        work(1);
    }

    private void work(int publications) {
        TopicPartition partition = new TopicPartition(config.topics().heads(), 0);
        try (SignerSession session = session()) {
            long from = topics.offsets.getOrDefault(partition, 0L);
            for (long at = from; at <= HEADS.size() && at < from + publications; at++) {
                Map<TopicPartition, OffsetAndMetadata> next = Map.of(partition, new OffsetAndMetadata(at + 1));
                if (at == WINDOW_AFTER) {
                    session.publish(WINDOW, next, GROUP);
                } else {
                    session.publish(HEADS.get((int) (at < WINDOW_AFTER ? at : at - 1)), next, GROUP);
                }
            }
        }
    }

    private void requireOnePublicationOfEach() {
        assertThat(topics.checkpoints)
                .extracting(checkpoint -> checkpoint.getOrigin() + " " + checkpoint.getSize())
                .containsExactly(
                        ORIGIN + "/acme/0 2",
                        ORIGIN + "/globex/0 3",
                        ORIGIN + "/acme/0 5",
                        ORIGIN + " 1",
                        ORIGIN + "/globex/0 4",
                        ORIGIN + "/globex/1 1");
    }

    /** Nothing is signed in public whose intent was not durable before; nothing is intended twice with two roots. */
    private void requireIntents() {
        SigningGuard intended = new SigningGuard();
        topics.intents.forEach(intent -> intended.record(
                intent.getOrigin(), new TreeHead(intent.getSize(), HeadRecords.hash(intent.getRoot()))));
        for (SignedCheckpoint checkpoint : topics.checkpoints) {
            assertThat(intended.last(checkpoint.getOrigin()))
                    .hasValueSatisfying(head -> assertThat(head.size()).isGreaterThanOrEqualTo(checkpoint.getSize()));
        }
        config.guardFile().ifPresent(path -> {
            try (GuardFile file = GuardFile.open(path, ORIGIN)) {
                file.requireCovers(intended);
            }
        });
    }

    @ParameterizedTest(name = "{0} {1} after {2}, guard file: {3}")
    @MethodSource("faults")
    void aNewSignerPublishesEachRootOnce(Write write, Failure failure, int before, boolean guarded) throws IOException {
        prepare(guarded);
        topics.arm(write, failure, before);
        assertThatExceptionOfType(KafkaException.class).isThrownBy(this::work).withMessageContaining(write + " has");
        assertThat(topics.isArmed()).isFalse();
        requireIntents();
        int published = topics.checkpoints.size();

        work();

        requireOnePublicationOfEach();
        requireIntents();
        assertThat(published).isLessThanOrEqualTo(CHECKPOINTS_IN_ALL);
    }

    /** It has nothing in its hands when the key's service is away: what was intended is signed by the next. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKeyServiceThatIsAwayForEachRootDelaysAndChangesNothing(boolean guarded) throws IOException {
        prepare(guarded);
        RemoteKey key = new RemoteKey("remote");
        checkpoints = new CheckpointSigner(List.of(key));

        for (int published = 0; published < CHECKPOINTS_IN_ALL; published = topics.checkpoints.size()) {
            key.failing(1);
            assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(this::work);
            requireIntents();
            assertThat(topics.checkpoints).hasSize(published);
            workOnce();
        }

        work();
        requireOnePublicationOfEach();
    }

    /** All of a batch is intended; what of it is published goes with the offsets after it. */
    @Test
    void whatThereWasNoTimeForIsPublishedByTheNextSigner() throws IOException {
        prepare(true);
        Map<String, Object> properties = new HashMap<>(config.originals());
        properties.put(AnchorConfig.SIGNING_THREADS, 1);
        config = new AnchorConfig(properties);
        TopicPartition partition = new TopicPartition(config.topics().heads(), 0);
        List<Root> batch = List.of(root("acme/0", 2, "a"), root("globex/0", 3, "b"), root("globex/1", 1, "c"));

        for (int done = 0; done < batch.size(); done++) {
            int before = done;
            try (SignerSession session = session()) {
                int published = session.publish(
                        batch.subList(before, batch.size()),
                        () -> true,
                        count -> Map.of(partition, new OffsetAndMetadata(before + count)),
                        GROUP);
                assertThat(published).isEqualTo(1);
            }
            assertThat(topics.offsets).containsEntry(partition, done + 1L);
            requireIntents();
        }

        assertThat(topics.intents).hasSize(batch.size());
        assertThat(topics.checkpoints)
                .extracting(SignedCheckpoint::getOrigin)
                .containsExactlyElementsOf(batch.stream().map(Root::origin).toList());
    }

    @ParameterizedTest(name = "{0} {1} after {2}, guard file: {3}")
    @MethodSource("faults")
    void whatMayHaveBeenSignedIsNeverSignedOtherwise(Write write, Failure failure, int before, boolean guarded)
            throws IOException {
        prepare(guarded);
        topics.arm(write, failure, before);
        assertThatExceptionOfType(KafkaException.class).isThrownBy(this::work);

        try (SignerSession next = session()) {
            for (var intent : topics.intents) {
                Root forged = new Root(intent.getOrigin(), new TreeHead(intent.getSize(), Hash.sha256()), true, START);
                if (!next.isBehind(forged.origin(), forged.head())) {
                    assertThatExceptionOfType(LedgerIntegrityException.class)
                            .isThrownBy(() -> next.publish(List.of(forged), Map.of(), GROUP))
                            .withMessageContaining("second root");
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} {1} after {2}, guard file: {3}")
    @MethodSource("faults")
    void theOldSignerIsFencedWhateverItHadDone(Write write, Failure failure, int before, boolean guarded)
            throws IOException {
        prepare(guarded);
        topics.arm(write, failure, before);
        assertThatExceptionOfType(KafkaException.class).isThrownBy(this::work);
        work();
        int intents = topics.intents.size();
        topics.arm(write, failure, 99);

        try (SignerSession zombie = session()) {
            topics.producer().initTransactions();

            assertThatExceptionOfType(ProducerFencedException.class)
                    .isThrownBy(() -> zombie.publish(List.of(root("zeta/0", 9, "z")), Map.of(), GROUP));
        }
        assertThat(topics.intents).hasSize(intents);
        requireOnePublicationOfEach();
    }

    @Test
    void topicsThatWereReplacedLeadToNoSecondHistory() throws IOException {
        prepare(true);
        work();
        topics.intents.clear();
        topics.offsets.clear();

        try (SignerSession session = session()) {
            assertThatExceptionOfType(LedgerIntegrityException.class)
                    .isThrownBy(() -> session.publish(List.of(root("acme/0", 5, "other")), Map.of(), GROUP))
                    .withMessageContainingAll("second root", "replaced or cut", "guard");
            assertThatExceptionOfType(LedgerIntegrityException.class)
                    .isThrownBy(() -> session.publish(List.of(root("acme/0", 1, "x")), Map.of(), GROUP))
                    .withMessageContainingAll("smaller tree", "replaced or cut");
        }
        assertThat(topics.intents).isEmpty();
    }

    @Test
    void aRegistryThatBeginsAnewIsRefusedByTheFile() throws IOException {
        prepare(true);
        work();
        topics.intents.clear();
        SealedWindow other = new RegistryBuilder(ORIGIN, new WindowGrid(Duration.ofMinutes(15)), tenant -> Hash.ZERO)
                .seal(CompactRange.EMPTY.append(Hash.ZERO), START.plusSeconds(900), List.of());

        try (SignerSession session = session()) {
            assertThatExceptionOfType(LedgerIntegrityException.class)
                    .isThrownBy(() -> session.publish(other, Map.of(), GROUP))
                    .withMessageContaining("an extension of another tree");
        }
    }

    @Test
    void anOldCopyOfTheFileIsRefused() throws IOException {
        prepare(true);
        Path file = directory.resolve("guard");
        byte[] old = Files.readAllBytes(file);
        work();
        Files.write(file, old);

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(this::session)
                .withMessageContainingAll("old copy", "tally keys guard");
    }
}
