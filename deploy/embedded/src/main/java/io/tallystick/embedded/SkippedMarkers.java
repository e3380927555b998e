// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.PlaintextChannelBuilder;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the markers that Kafka has left out.
 *
 * <p>A transaction that is decided ends with a marker in each of its partitions. Kafka 4.3.1 leaves it out where a partition has no
 * leader at that moment, as if the topic had been deleted ({@code TransactionMarkerChannelManager},
 * {@code KRaftMetadataCache.getPartitionLeaderEndpoint}), and calls the transaction complete. No reader of committed records gets
 * beyond it then, and no time-out ends it. On a cluster of one broker, a broker that was killed between the decision and its marker
 * comes into that state when it starts: its partitions have no leader while the controller takes it back.
 *
 * <p>What was decided is still known then: the coordinator has it until the same producer begins its next transaction. So this is done
 * before anybody is told that the broker runs.
 */
final class SkippedMarkers {
    private static final Logger LOGGER = LoggerFactory.getLogger(SkippedMarkers.class);
    private static final int TIMEOUT_MS = 30_000;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final short TRANSACTIONS_V2 = 2;

    private final Admin admin;

    private SkippedMarkers(Admin admin) {
        this.admin = admin;
    }

    /** A transaction that its coordinator has completed, in a partition where it is open. */
    private record Skipped(TopicPartition partition, ProducerState open, String id, TransactionDescription completed) {
        TransactionResult result() {
            return completed.state() == TransactionState.COMPLETE_COMMIT
                    ? TransactionResult.COMMIT
                    : TransactionResult.ABORT;
        }

        TxnMarkerEntry marker() {
            return new TxnMarkerEntry(
                    open.producerId(),
                    (short) completed.producerEpoch(),
                    open.coordinatorEpoch().orElse(0),
                    result(),
                    List.of(partition),
                    TRANSACTIONS_V2);
        }
    }

    /**
     * Looks for them, and writes them.
     *
     * @param bootstrapServers of a cluster of one broker
     * @return how many were written
     * @throws EmbeddedException if the broker does not answer, or refuses
     */
    static int write(String bootstrapServers) {
        Map<String, Object> properties = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
        try (Admin admin = Admin.create(properties)) {
            List<Skipped> skipped = new SkippedMarkers(admin).find();
            if (!skipped.isEmpty()) {
                Node broker = admin.describeCluster().nodes().get().iterator().next();
                write(broker, skipped);
            }
            return skipped.size();
        } catch (ExecutionException | IOException e) {
            throw new EmbeddedException("Transactions that a killed broker left cannot be ended: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("interrupted while transactions were looked for", e);
        }
    }

    /**
     * What the coordinators say is asked between two looks at the partitions. A marker that is merely on its way is no candidate: its
     * transaction is not complete, or it has arrived when looked at again.
     */
    private List<Skipped> find() throws ExecutionException, InterruptedException {
        Map<TopicPartition, List<ProducerState>> open = open(partitions());
        if (open.isEmpty()) {
            return List.of();
        }
        Map<Long, TransactionListing> ids = transactions(open.values());
        Map<String, TransactionDescription> transactions = admin.describeTransactions(ids.values().stream()
                        .map(TransactionListing::transactionalId)
                        .toList())
                .all()
                .get();
        List<Skipped> skipped = new ArrayList<>();
        open(open.keySet()).forEach((partition, producers) -> {
            for (ProducerState producer : producers) {
                TransactionListing listing = ids.get(producer.producerId());
                TransactionDescription transaction =
                        listing == null ? null : transactions.get(listing.transactionalId());
                if (open.get(partition).contains(producer) && isCompleted(producer, transaction)) {
                    skipped.add(new Skipped(partition, producer, listing.transactionalId(), transaction));
                }
            }
        });
        return skipped;
    }

    private Set<TopicPartition> partitions() throws ExecutionException, InterruptedException {
        Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        return admin.describeTopics(topics).allTopicNames().get().values().stream()
                .flatMap(topic -> IntStream.range(0, topic.partitions().size())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                .collect(Collectors.toSet());
    }

    private Map<TopicPartition, List<ProducerState>> open(Collection<TopicPartition> partitions)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, List<ProducerState>> open = new HashMap<>();
        Map<TopicPartition, PartitionProducerState> all =
                admin.describeProducers(partitions).all().get();
        all.forEach((partition, state) -> {
            List<ProducerState> producers = state.activeProducers().stream()
                    .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                    .toList();
            if (!producers.isEmpty()) {
                open.put(partition, producers);
            }
        });
        return open;
    }

    private Map<Long, TransactionListing> transactions(Collection<List<ProducerState>> open)
            throws ExecutionException, InterruptedException {
        Set<Long> producers = open.stream()
                .flatMap(List::stream)
                .map(ProducerState::producerId)
                .collect(Collectors.toSet());
        return admin.listTransactions(new ListTransactionsOptions().filterProducerIds(producers)).all().get().stream()
                .collect(Collectors.toMap(TransactionListing::producerId, listing -> listing, (one, other) -> one));
    }

    /** Each transaction ends under the epoch that follows the one its records were written under (KIP-890). */
    private static boolean isCompleted(ProducerState producer, TransactionDescription transaction) {
        return transaction != null
                && (transaction.state() == TransactionState.COMPLETE_COMMIT
                        || transaction.state() == TransactionState.COMPLETE_ABORT)
                && transaction.producerId() == producer.producerId()
                && transaction.producerEpoch() == producer.producerEpoch() + 1;
    }

    /** As brokers do among themselves: clients have no call that completes a commit. */
    private static void write(Node broker, List<Skipped> skipped) throws IOException {
        LogContext context = new LogContext("[SkippedMarkers] ");
        PlaintextChannelBuilder channels = new PlaintextChannelBuilder(null);
        channels.configure(Map.of());
        try (Metrics metrics = new Metrics();
                NetworkClient client = new NetworkClient(
                        new Selector(TIMEOUT_MS, metrics, Time.SYSTEM, "skipped-markers", channels, context),
                        new ManualMetadataUpdater(List.of(broker)),
                        "skipped-markers",
                        1,
                        50,
                        1_000,
                        BUFFER_BYTES,
                        BUFFER_BYTES,
                        TIMEOUT_MS,
                        TIMEOUT_MS,
                        TIMEOUT_MS,
                        Time.SYSTEM,
                        true,
                        new ApiVersions(),
                        context,
                        MetadataRecoveryStrategy.NONE)) {
            if (!NetworkClientUtils.awaitReady(client, broker, Time.SYSTEM, TIMEOUT_MS)) {
                throw new IOException("no connection to " + broker + " within " + TIMEOUT_MS / 1_000 + " s");
            }
            for (Skipped one : skipped) {
                ClientResponse response = NetworkClientUtils.sendAndReceive(
                        client,
                        client.newClientRequest(
                                broker.idString(),
                                new WriteTxnMarkersRequest.Builder(List.of(one.marker())),
                                Time.SYSTEM.milliseconds(),
                                true),
                        Time.SYSTEM);
                requireWritten(one, (WriteTxnMarkersResponse) response.responseBody());
            }
        }
    }

    private static void requireWritten(Skipped one, WriteTxnMarkersResponse response) throws IOException {
        Errors error = response.errorsByProducerId()
                .getOrDefault(one.open().producerId(), Map.of())
                .getOrDefault(one.partition(), Errors.UNKNOWN_SERVER_ERROR);
        if (error != Errors.NONE) {
            throw new IOException(
                    "no marker could be written to " + one.partition() + " for " + one.id() + ": " + error.message());
        }
        LOGGER.atWarn()
                .addKeyValue("partition", one.partition())
                .addKeyValue("transactionalId", one.id())
                .addKeyValue("result", one.result())
                .log("a transaction that the broker had decided when it was killed had no marker here; it was written");
    }
}
