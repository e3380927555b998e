// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.Root;
import io.tallystick.anchor.sign.SigningGuard;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.Cut;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.avro.SigningIntent;
import io.tallystick.entry.Bytes;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.TreeHead;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time in which this process is the ledger's signer: from fencing its predecessor until it is fenced or gives up.
 *
 * <p>Per batch: the intents are committed; then the notes are signed and verified, outside any transaction; then they are
 * committed together with the consumer's offsets. A crash after the first step leaves intents without notes: the same roots
 * are offered again and lead to the same notes. A crash after the last step is no crash. With a guard file each head is in
 * it before its intent is in the topic. For one thread; notes of a batch are signed in several.
 */
final class SignerSession implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SignerSession.class);

    private final AnchorConfig config;
    private final BatchSigning signing;
    private final SigningGuard guard = new SigningGuard();
    private final Producer<String, SpecificRecord> producer;
    private Optional<GuardFile> outside = Optional.empty();

    /** A session on the broker, as configured. As {@link #SignerSession(AnchorConfig, CheckpointSigner, SignerEnds)}. */
    SignerSession(AnchorConfig config, CheckpointSigner signer, Serde<SpecificRecord> records) {
        this(config, signer, SignerEnds.of(config, records));
    }

    /**
     * Fences the signer before, and reads what it intended.
     *
     * @throws org.apache.kafka.common.KafkaException if the broker or the guard file cannot be reached
     * @throws LedgerIntegrityException if the intents contradict each other, or the guard file
     */
    SignerSession(AnchorConfig config, CheckpointSigner signer, SignerEnds ends) {
        this.config = config;
        WindowGrid windows = new WindowGrid(config.ledger().windowSize());
        this.signing = new BatchSigning(
                config.topics().group("signer"),
                config.signingThreads(),
                root -> signer.sign(root.origin(), root.head(), windows.endOf(root.window())));
        this.producer = ends.producer();
        boolean open = false;
        try {
            producer.initTransactions();
            ends.readIntents(record -> readIntent(record, guard));
            outside = ends.guardFile();
            outside.ifPresent(file -> file.requireCovers(guard));
            open = true;
        } finally {
            if (!open) {
                close();
            }
        }
    }

    /** Takes note of an intent. @throws LedgerIntegrityException if the record holds none, or it contradicts another */
    static void readIntent(ConsumerRecord<String, SpecificRecord> record, SigningGuard guard) {
        if (!(record.value() instanceof SigningIntent intent)
                || !intent.getOrigin().equals(record.key())) {
            throw new LedgerIntegrityException(
                    "offset " + record.offset() + " of " + record.topic() + " holds no intent of its key");
        }
        guard.record(intent.getOrigin(), new TreeHead(intent.getSize(), HeadRecords.hash(intent.getRoot())));
    }

    /**
     * Whether a larger root of the origin was intended: not signing is always safe, so what is behind is passed over. It
     * comes again after the group's offsets have been set back.
     */
    boolean isBehind(String origin, TreeHead head) {
        return guard.isBehind(origin, head);
    }

    /**
     * Signs and publishes heads of chains. All are intended, also those there is no time for: publish them next.
     *
     * @param batch as {@link Root#batchLength} allows, none of them behind; may be empty
     * @param timeIsUp asked after each signature: from then on no further one is begun
     * @param offsets the group's positions after so many of them
     * @return how many of the first of them were published: at least one, unless there are none
     * @throws LedgerIntegrityException if one must not be signed; then none of the batch is
     * @throws java.io.UncheckedIOException if a key's keeper does not answer now; publish it again in another session
     */
    int publish(
            List<Root> batch,
            BooleanSupplier timeIsUp,
            IntFunction<Map<TopicPartition, OffsetAndMetadata>> offsets,
            ConsumerGroupMetadata group) {
        intend(batch);
        List<Bytes> notes = signing.sign(batch, timeIsUp);
        complete(batch.subList(0, notes.size()), notes, offsets.apply(notes.size()), group);
        return notes.size();
    }

    /** As {@link #publish(List, BooleanSupplier, IntFunction, ConsumerGroupMetadata)}, however long it takes. */
    void publish(List<Root> batch, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        var unused = publish(batch, () -> false, published -> offsets, group);
    }

    /**
     * Signs and publishes the registry's checkpoint of a window.
     *
     * @throws LedgerIntegrityException if it must not be signed, or does not extend the registry signed last
     */
    void publish(SealedWindow window, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        String origin = config.ledger().origin();
        TreeHead head = window.extended().head();
        guard.requireExtension(origin, window.previous().head(), head);
        outside.ifPresent(
                file -> file.guard().requireExtension(origin, window.previous().head(), head));
        publish(List.of(new Root(origin, head, true, window.start())), offsets, group);
    }

    /** Commits the intents of what was not intended before: to the guard file first, so that it never lags behind. */
    void intend(List<Root> batch) {
        List<Root> fresh = new ArrayList<>();
        for (Root root : batch) {
            if (guard.requireSignable(root.origin(), root.head())) {
                fresh.add(root);
            }
        }
        outside.ifPresent(file -> file.admit(batch));
        if (fresh.isEmpty()) {
            return;
        }
        producer.beginTransaction();
        for (Root root : fresh) {
            send(
                    config.topics().signer(),
                    root.origin(),
                    SigningIntent.newBuilder()
                            .setOrigin(root.origin())
                            .setSize(root.head().size())
                            .setRoot(HeadRecords.buffer(root.head().root()))
                            .build());
        }
        producer.commitTransaction();
        fresh.forEach(root -> guard.record(root.origin(), root.head()));
    }

    private void complete(
            List<Root> batch,
            List<Bytes> notes,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        producer.beginTransaction();
        for (int i = 0; i < batch.size(); i++) {
            send(config.topics().checkpoints(), batch.get(i).origin(), checkpoint(batch.get(i), notes.get(i)));
        }
        producer.sendOffsetsToTransaction(offsets, group);
        producer.commitTransaction();
        for (Root root : batch) {
            LOGGER.atInfo()
                    .addKeyValue("origin", root.origin())
                    .addKeyValue("treeSize", root.head().size())
                    .addKeyValue("window", root.window())
                    .log("checkpoint published");
        }
    }

    private static SignedCheckpoint checkpoint(Root root, Bytes note) {
        return SignedCheckpoint.newBuilder()
                .setOrigin(root.origin())
                .setSize(root.head().size())
                .setRoot(HeadRecords.buffer(root.head().root()))
                .setNote(ByteBuffer.wrap(note.toByteArray()))
                .setCut(root.windowEnd() ? Cut.WINDOW : Cut.FAST)
                .setWindowStart(root.window())
                .build();
    }

    /** The outcome is awaited by the commit, which fails if a send did. */
    private void send(String topic, String key, SpecificRecord value) {
        var unused = producer.send(new ProducerRecord<>(topic, 0, key, value));
    }

    /** Gives up at once: an open transaction is aborted by the successor. */
    @Override
    public void close() {
        try {
            signing.close();
            producer.close(Duration.ZERO);
        } finally {
            outside.ifPresent(GuardFile::close);
        }
    }
}
