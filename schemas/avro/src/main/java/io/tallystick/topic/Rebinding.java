// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Source;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The {@code SOURCE} messages that tell a tenant's chains of a topic that was created again. DESIGN.md section 5, R6.
 *
 * <p>Each is a compare-and-set, so any of them may be sent any number of times. For each chain the newest goes first, so that a
 * chain without an entry begins with the topic as it is; then all in order, so that a chain that was never told of an earlier
 * one gets there too.
 */
final class Rebinding {
    private final LedgerSettings settings;
    private final String cluster;

    Rebinding(LedgerSettings settings, String cluster) {
        this.settings = settings;
        this.cluster = cluster;
    }

    /**
     * @param tenant names at least two topic ids
     * @param partitions what the topic has now
     */
    List<ProducerRecord<String, SpecificRecord>> messages(TenantDescriptor tenant, int partitions) {
        List<ProducerRecord<String, SpecificRecord>> messages = new ArrayList<>();
        List<String> ids = tenant.topicIds();
        for (int partition = 0; partition < partitions; partition++) {
            ChainId chain = new ChainId(tenant.tenant(), partition);
            messages.add(message(chain, ids.get(ids.size() - 2), ids.get(ids.size() - 1)));
            for (int i = 1; i < ids.size() && ids.size() > 2; i++) {
                messages.add(message(chain, ids.get(i - 1), ids.get(i)));
            }
        }
        return messages;
    }

    private ProducerRecord<String, SpecificRecord> message(ChainId chain, String oldTopicId, String topicId) {
        Topics topics = settings.topics();
        SpecificRecord source = AdmittedEvent.newBuilder()
                .setChain(chain.toString())
                .setCluster(cluster)
                .setTopic(topics.in(chain.tenant()))
                .setPartition(chain.partition())
                .setTopicId(topicId)
                .setOldTopicId(oldTopicId)
                .setLeaderEpoch(-1)
                .setFrom(0)
                .setOffset(-1)
                .setKind(AdmittedKind.SOURCE)
                .setReason(Source.TOPIC_RECREATED)
                .build();
        return new ProducerRecord<>(
                topics.ingest(), Topics.partitionOf(chain.toString(), settings.partitions()), chain.toString(), source);
    }
}
