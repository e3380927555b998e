// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Feeds an {@link Audit} from Kafka and the journals, from the beginning, keeping its place: each turn costs only what is
 * new. For one thread at a time.
 */
public final class Checker implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Scope scope;
    private final Audit audit;
    private final LedgerReader ledger;
    private final JournalTail journals;
    private final Consumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions = new ArrayList<>();

    /**
     * What is read.
     *
     * @param bootstrapServers of a listener that no proxy stands before
     * @param registryUrl of the schema registry
     * @param entries name of the ledger's topic
     * @param ledgerPartitions its partitions
     * @param sealing what is to be signed; empty while nobody signs
     * @param sourcePrefix what a source topic's name has before the tenant
     * @param tenants each with its partitions
     * @param journaled the tenants whose producers keep journals
     * @param journals the directory of the journals
     */
    public record Scope(
            String bootstrapServers,
            String registryUrl,
            String entries,
            int ledgerPartitions,
            Optional<Audit.Sealing> sealing,
            String sourcePrefix,
            Map<String, Integer> tenants,
            Set<String> journaled,
            Path journals) {}

    /** @param scope what to read */
    public Checker(Scope scope) {
        this.scope = scope;
        this.audit = new Audit(scope.sourcePrefix(), scope.journaled(), scope.sealing(), InstantSource.system());
        this.ledger = new LedgerReader(new RegistrySchemas(scope.registryUrl()));
        this.journals = new JournalTail(scope.journals());
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, scope.bootstrapServers(),
                        ConsumerConfig.CLIENT_ID_CONFIG, "checker",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        for (int partition = 0; partition < scope.ledgerPartitions(); partition++) {
            partitions.add(new TopicPartition(scope.entries(), partition));
        }
        scope.sealing().ifPresent(sealing -> partitions.add(new TopicPartition(sealing.topic(), 0)));
        scope.tenants().forEach((tenant, count) -> {
            for (int partition = 0; partition < count; partition++) {
                partitions.add(new TopicPartition(scope.sourcePrefix() + tenant, partition));
            }
        });
        consumer.assign(partitions);
        partitions.forEach(partition -> consumer.seek(partition, 0));
    }

    /**
     * Checks what has come since the last turn; waits a moment if nothing has.
     *
     * @throws IOException if a journal or a record cannot be read
     */
    public void turn() throws IOException {
        journals.read(audit::journal);
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.topic().equals(scope.entries())) {
                audit.ledger(record.partition(), ledger.read(record.value()));
            } else if (isCheckpoints(record.topic())) {
                audit.checkpoint(ledger.checkpoint(record.value()));
            } else {
                audit.committed(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        Optional.ofNullable(record.value()).map(ByteBuffer::wrap));
            }
        }
        for (TopicPartition partition : partitions) {
            if (!partition.topic().equals(scope.entries()) && !isCheckpoints(partition.topic())) {
                audit.sourceRead(partition.topic(), partition.partition(), consumer.position(partition));
            }
        }
    }

    private boolean isCheckpoints(String topic) {
        return scope.sealing().filter(sealing -> topic.equals(sealing.topic())).isPresent();
    }

    /**
     * Reads to the ends of all topics as they are now.
     *
     * @return false if they were not reached in time
     */
    public boolean readToEnds(Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        Map<TopicPartition, Long> ends = Map.of();
        while (System.nanoTime() < deadline) {
            turn();
            try {
                if (ends.isEmpty()) {
                    ends = new HashMap<>(consumer.endOffsets(partitions));
                }
            } catch (RetriableException e) {
                continue; // a broker is away; asked again after the next turn
            }
            if (ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                return true;
            }
        }
        return false;
    }

    /** What it has found and where it stands. */
    public Audit audit() {
        return audit;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
