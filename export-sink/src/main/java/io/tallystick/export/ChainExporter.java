// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.PartitionExported;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.ChainSegment;
import io.tallystick.export.assemble.ChainState;
import io.tallystick.export.assemble.Compressors;
import io.tallystick.export.assemble.DataFile;
import io.tallystick.export.assemble.DataFileWriter;
import io.tallystick.export.assemble.PartitionWindow;
import io.tallystick.export.assemble.RetentionRules;
import io.tallystick.export.assemble.SpooledFile;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.ScratchDirectory;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantDirectory;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Step one: the data files. Reads {@code ledger.entries}; at the boundary that ends a window it stores the files of the
 * partition's chains, says so in {@code ledger.exports}, and commits.
 *
 * <pre>
 * crash before the commit   the window is read again; files that are there are adopted, records in ledger.exports repeat
 * crash after the commit    the next window begins from the states in ledger.exports
 * </pre>
 */
final class ChainExporter implements Step {
    private static final Logger LOGGER = LoggerFactory.getLogger(ChainExporter.class);
    private static final String STAGE = "export-chains";
    private static final Duration POLL = Duration.ofMillis(500);

    private final Clients clients;
    private final TenantDirectory tenants;
    private final DataFileWriter files;
    private final Consumer<String, SpecificRecord> consumer;
    private final Producer<String, SpecificRecord> producer;
    private final Assignment assignment;
    private final Lease lease;
    private final ScratchDirectory scratch;
    private final Compressors compressors = Compressors.ofExporter();
    private final Map<Integer, EntriesReading> readings = new HashMap<>();
    private int scratchNames;

    ChainExporter(Clients clients, ObjectStore store, Path scratchParent, RetentionRules rules) throws IOException {
        this.clients = clients;
        this.tenants = new TenantDirectory(clients.ledger());
        this.files = new DataFileWriter(store, rules.dataFiles(this::tenant, InstantSource.system()));
        this.scratch = ScratchDirectory.open(scratchParent);
        this.producer = clients.producer(STAGE);
        this.consumer = clients.member(STAGE);
        this.assignment = new Assignment(consumer, clients.name());
        this.lease = clients.lease(consumer, assignment);
        consumer.subscribe(List.of(clients.topics().entries()), assignment);
    }

    @Override
    public boolean poll() throws IOException {
        ConsumerRecords<String, SpecificRecord> records = consumer.poll(POLL);
        release(assignment.takeLost());
        begin(assignment.takeAdded());
        boolean progress = false;
        for (TopicPartition partition : records.partitions()) {
            progress |= take(partition, records.records(partition));
        }
        return progress || assignment.isReadToEnd();
    }

    /**
     * Takes a partition's records, as long as it is this member's.
     *
     * @return whether a window ended
     */
    private boolean take(TopicPartition partition, List<ConsumerRecord<String, SpecificRecord>> records)
            throws IOException {
        EntriesReading reading = readings.get(partition.partition());
        boolean progress = false;
        for (ConsumerRecord<String, SpecificRecord> record : records) {
            if (assignment.isLost(partition)) {
                return progress;
            }
            Optional<Boundary> ended = reading.take(record);
            if (ended.isPresent()) {
                progress |= endWindow(partition, reading, ended.get(), record.offset());
            }
        }
        return progress;
    }

    private TenantDescriptor tenant(String tenant) {
        return tenants.find(tenant)
                .orElseThrow(
                        () -> new LedgerIntegrityException("tenant " + tenant + " has entries but no descriptor in "
                                + clients.topics().tenants()));
    }

    private void begin(Map<TopicPartition, Optional<OffsetAndMetadata>> added) throws IOException {
        Map<Integer, Instant> ends = new HashMap<>();
        added.forEach((partition, committed) -> committed
                .filter(offset -> offset.offset() > 0)
                .ifPresent(offset -> ends.put(partition.partition(), windowEnd(partition, offset))));
        Map<Integer, Collection<ChainState>> states = new PreviousWindows(clients).load(ends);
        for (TopicPartition partition : added.keySet()) {
            Optional<Instant> end = Optional.ofNullable(ends.get(partition.partition()));
            Collection<ChainState> chains = states.getOrDefault(partition.partition(), List.of());
            Path directory = Files.createDirectory(scratch.path().resolve(Integer.toString(scratchNames++)));
            PartitionWindow window =
                    new PartitionWindow(directory, BundleLayout.DATA_BYTES_MAX, compressors, end, chains);
            readings.put(
                    partition.partition(),
                    new EntriesReading(window, clients.ledger().partitions()));
            LOGGER.atInfo()
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("chains", chains.size())
                    .addKeyValue("window", end.map(Instant::toString).orElse("first"))
                    .log("exporting a partition of entries");
        }
        consumer.resume(added.keySet());
    }

    private static Instant windowEnd(TopicPartition partition, OffsetAndMetadata committed) {
        try {
            return Instant.ofEpochMilli(Long.parseLong(committed.metadata()));
        } catch (NumberFormatException e) {
            throw new LedgerIntegrityException(
                    "offset " + committed.offset() + " of " + partition + " was committed by somebody else: metadata '"
                            + committed.metadata() + "', expected the end of a window",
                    e);
        }
    }

    private void release(Collection<TopicPartition> lost) throws IOException {
        for (TopicPartition partition : lost) {
            EntriesReading reading = readings.remove(partition.partition());
            if (reading != null) {
                reading.close();
            }
        }
    }

    /** @return false if the partition was lost meanwhile: whoever has it next reads the window again */
    private boolean endWindow(TopicPartition partition, EntriesReading reading, Boundary boundary, long offset)
            throws IOException {
        Manifest.Window window = EntriesReading.window(boundary);
        long begun = System.nanoTime();
        tenants.refresh(); // retention may have been changed
        List<ChainSegment> segments;
        try {
            segments = reading.end(boundary, (chain, of, spooled) -> store(partition, chain, of, spooled));
        } catch (PartitionLostException e) {
            LOGGER.atInfo()
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("window", window.start())
                    .log("the partition went to another exporter before its window was stored");
            return false;
        }
        publish(partition.partition(), window, segments);
        // Crash here: the window is exported again, with the same result.
        boolean committed = lease.commit(
                partition,
                new OffsetAndMetadata(offset + 1, Long.toString(window.end().toEpochMilli())));
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        boolean slow = took.compareTo(clients.ledger().windowSize()) > 0;
        (slow ? LOGGER.atWarn() : LOGGER.atDebug())
                .addKeyValue("partition", partition.partition())
                .addKeyValue("window", window.start())
                .addKeyValue("chains", segments.size())
                .addKeyValue("seconds", took.toSeconds())
                .log(
                        slow
                                ? "data files stored, in more time than a window has: bundles fall behind"
                                : "data files stored");
        return committed;
    }

    private List<DataFile> store(
            TopicPartition partition, ChainId chain, Manifest.Window window, List<SpooledFile> spooled)
            throws IOException {
        List<DataFile> stored = new ArrayList<>();
        for (SpooledFile file : spooled) {
            lease.keep();
            if (assignment.isLost(partition)) {
                throw new PartitionLostException();
            }
            stored.addAll(files.store(chain, window, List.of(file)));
        }
        return stored;
    }

    private void publish(int entriesPartition, Manifest.Window window, List<ChainSegment> segments) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (ChainSegment segment : segments) {
            String tenant = segment.chain().tenant();
            int to = Topics.partitionOf(tenant, clients.ledger().partitions());
            sent.add(send(to, tenant, window, ExportRecords.exported(segment, window, entriesPartition)));
        }
        PartitionExported closing =
                new PartitionExported(entriesPartition, window.start(), window.end(), segments.size());
        for (int to = 0; to < clients.ledger().partitions(); to++) {
            sent.add(send(to, null, window, closing));
        }
        producer.flush();
        sent.forEach(ChainExporter::await);
    }

    private Future<RecordMetadata> send(int to, String key, Manifest.Window window, SpecificRecord value) {
        return producer.send(new ProducerRecord<>(
                clients.topics().exports(),
                to,
                window.end().toEpochMilli(),
                key,
                value,
                clients.name().headers()));
    }

    private static void await(Future<RecordMetadata> sent) {
        try {
            sent.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() throws IOException {
        try (scratch) {
            consumer.close();
            producer.close();
            tenants.close();
        }
    }
}
