// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.avro.SigningIntent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What a signer has committed, in memory, behind producers that can fail at one chosen write: before it is done, or after,
 * so that nobody who sees the fault can tell which.
 */
final class SignerTopics implements SignerEnds {
    /** An external write of the signer, in the order in which they happen. */
    enum Write {
        INIT_TRANSACTIONS,
        GUARD_FILE_WRITE,
        GUARD_FILE_RENAME,
        GUARD_DIRECTORY_FORCE,
        INTENT_SEND,
        INTENT_COMMIT,
        CHECKPOINT_SEND,
        OFFSETS_SEND,
        CHECKPOINT_COMMIT;

        boolean isOfGuardFile() {
            return this == GUARD_FILE_WRITE || this == GUARD_FILE_RENAME || this == GUARD_DIRECTORY_FORCE;
        }
    }

    /** Whether a write that fails was done all the same. */
    enum Failure {
        FAILED,
        FAILED_BUT_PERSISTED
    }

    final List<SigningIntent> intents = new ArrayList<>();
    final List<SignedCheckpoint> checkpoints = new ArrayList<>();
    final Map<TopicPartition, Long> offsets = new HashMap<>();
    private final AnchorConfig config;
    private Write faulty;
    private Failure failure;
    private int survived;
    private FaultyProducer current;

    SignerTopics(AnchorConfig config) {
        this.config = config;
    }

    /** Lets a write fail once, after it has succeeded so many times. */
    void arm(Write write, Failure how, int successes) {
        faulty = write;
        failure = how;
        survived = successes;
    }

    boolean isArmed() {
        return faulty != null;
    }

    private void write(Write write, Runnable action) {
        write(write, action, () -> {});
    }

    /** @param loss what is left of a write that was not done */
    private void write(Write write, Runnable action, Runnable loss) {
        if (write != faulty || survived-- > 0) {
            action.run();
            return;
        }
        faulty = null;
        (failure == Failure.FAILED_BUT_PERSISTED ? action : loss).run();
        throw new TimeoutException(write + " has no answer");
    }

    @Override
    public Producer<String, SpecificRecord> producer() {
        return new FaultyProducer();
    }

    @Override
    public void readIntents(Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        String topic = config.topics().signer();
        for (int i = 0; i < intents.size(); i++) {
            visitor.accept(new ConsumerRecord<>(topic, 0, i, intents.get(i).getOrigin(), intents.get(i)));
        }
    }

    @Override
    public Optional<GuardFile> guardFile() {
        return config.guardFile().map(this::open);
    }

    private GuardFile open(Path path) {
        return GuardFile.open(path, config.ledger().origin(), new FaultyDisk());
    }

    /** What it did not persist is lost as by a crash: half of the new file is there, and the old one has its name again. */
    private final class FaultyDisk implements GuardFile.Disk {
        private Path file;
        private byte[] replaced;

        @Override
        public void write(Path fresh, byte[] content) {
            SignerTopics.this.write(
                    Write.GUARD_FILE_WRITE,
                    () -> unchecked(() -> GuardFile.DISK.write(fresh, content)),
                    () -> unchecked(() -> Files.write(fresh, Arrays.copyOf(content, content.length / 2))));
        }

        @Override
        public void rename(Path fresh, Path path) throws IOException {
            file = path;
            replaced = Files.readAllBytes(path);
            SignerTopics.this.write(Write.GUARD_FILE_RENAME, () -> unchecked(() -> GuardFile.DISK.rename(fresh, path)));
        }

        @Override
        public void force(Path directory) {
            SignerTopics.this.write(
                    Write.GUARD_DIRECTORY_FORCE,
                    () -> unchecked(() -> GuardFile.DISK.force(directory)),
                    () -> unchecked(() -> Files.write(file, replaced)));
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void unchecked(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Commits to the lists above; fenced as soon as a later one has called {@code initTransactions}. */
    private final class FaultyProducer extends MockProducer<String, SpecificRecord> {
        private int taken;

        FaultyProducer() {
            super(true, null, new StringSerializer(), (topic, value) -> new byte[0]);
        }

        @Override
        public void initTransactions() {
            write(Write.INIT_TRANSACTIONS, () -> {
                super.initTransactions();
                current = this;
            });
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<String, SpecificRecord> record) {
            boolean intent = record.value() instanceof SigningIntent;
            write(intent ? Write.INTENT_SEND : Write.CHECKPOINT_SEND, () -> {
                var unused = super.send(record, null);
            });
            return new CompletableFuture<>();
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> positions, ConsumerGroupMetadata group) {
            write(Write.OFFSETS_SEND, () -> super.sendOffsetsToTransaction(positions, group));
        }

        @Override
        public void commitTransaction() {
            boolean intent = uncommittedRecords().stream().anyMatch(record -> record.value() instanceof SigningIntent);
            write(intent ? Write.INTENT_COMMIT : Write.CHECKPOINT_COMMIT, this::commit);
        }

        private void commit() {
            if (current != this) {
                throw new ProducerFencedException("another signer took over");
            }
            uncommittedOffsets()
                    .values()
                    .forEach(
                            group -> group.forEach((partition, position) -> offsets.put(partition, position.offset())));
            super.commitTransaction();
            for (; taken < history().size(); taken++) {
                SpecificRecord value = history().get(taken).value();
                if (value instanceof SigningIntent intent) {
                    intents.add(intent);
                } else {
                    checkpoints.add((SignedCheckpoint) value);
                }
            }
        }
    }
}
