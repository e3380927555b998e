// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.tree.Hash;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RebindingTest {
    private static final int N = 4;
    private static final Rebinding REBINDING = new Rebinding(
            new LedgerSettings(
                    "localhost:9092",
                    "http://localhost:8081",
                    "ledger.example.com",
                    new Topics(Topics.DEFAULT_PREFIX),
                    N,
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(1),
                    Map.of()),
            "cluster");

    private static TenantDescriptor tenant(String... topicIds) {
        return new TenantDescriptor(
                "acme",
                TenantDescriptor.State.ACTIVE,
                List.of(topicIds),
                Hash.ZERO,
                1,
                TenantPolicies.DEFAULT,
                false,
                NewTenant.DEFAULT_RETENTION);
    }

    @Test
    void everyPartitionIsToldOnceOfTheOneChange() {
        assertThat(REBINDING.messages(tenant("A", "B"), 3)).hasSize(3).allSatisfy(record -> {
            AdmittedEvent source = (AdmittedEvent) record.value();
            assertThat(record.topic()).isEqualTo("ledger.ingest");
            assertThat(record.key()).isEqualTo(source.getChain());
            assertThat(record.partition()).isEqualTo(Topics.partitionOf(record.key(), N));
            assertThat(source.getChain()).isEqualTo("acme/" + source.getPartition());
            assertThat(source.getKind()).isEqualTo(AdmittedKind.SOURCE);
            assertThat(source.getTopicId()).isEqualTo("B");
            assertThat(source.getOldTopicId()).isEqualTo("A");
            assertThat(source.getReason()).isEqualTo("topic-recreated");
            assertThat(source.getTopic()).isEqualTo("ledger.in.acme");
            assertThat(source.getCluster()).isEqualTo("cluster");
            assertThat(source.getFrom()).isZero();
            assertThat(source.getOffset()).isEqualTo(-1);
            assertThat(source.getLeaderEpoch()).isEqualTo(-1);
        });
    }

    @Test
    void chainThatMissedAnEarlierChangeIsLedThroughAllOfThem() {
        assertThat(REBINDING.messages(tenant("A", "B", "C"), 1))
                .extracting(record -> ((AdmittedEvent) record.value()).getOldTopicId() + ">"
                        + ((AdmittedEvent) record.value()).getTopicId())
                .as("the newest first, for a chain that has no entry yet")
                .containsExactly("B>C", "A>B", "B>C");
    }
}
