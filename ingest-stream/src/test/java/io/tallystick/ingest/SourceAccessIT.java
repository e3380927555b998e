// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A broker that denies what is not allowed: a topic that ingest may not read, or not even describe, is its tenant's trouble. */
@ExtendWith(LedgerExtension.class)
@SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
class SourceAccessIT {
    private static final String UNREADABLE = "ledger.ingest.unreadable";

    /** Twice the time after which a topic that was refused is looked at again, and a little. */
    private static final Duration PEACE =
            TopicRefusals.PAUSE_MIN.multipliedBy(2).plusSeconds(3);

    @TempDir
    private static Path directory;

    private static GuardedBroker broker;
    private TestLedger ledger;

    @BeforeAll
    static void startBroker() {
        broker = new GuardedBroker(directory.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new TestLedger(embedded, broker, embedded.registryUrl());
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(250));
    }

    private void produce(String tenant) {
        ledger.produce(tenant, 0, "1".getBytes(UTF_8));
    }

    private void awaitMessages(String tenant, int count) {
        soon().until(() -> ledger.messages(AdmittedEvent.class, tenant + "/0").size() >= count);
    }

    private int groupEpoch() {
        String group = ledger.topics.group("ingest");
        return TestLedger.await(ledger.admin
                        .describeConsumerGroups(List.of(group))
                        .describedGroups()
                        .get(group))
                .groupEpoch()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(
            value = AclOperation.class,
            names = {"READ", "ALL"})
    void topicThatMayNotBeReadIsReadOnceItMayAndNobodyElseNoticesIt(AclOperation operation) {
        // Given
        ledger.tenant("acme", 1);
        ledger.tenant("refused", 1);
        AclBinding denial = GuardedBroker.denial(ledger.topics.in("refused"), operation);
        GuardedBroker.put(ledger.admin, denial);
        produce("acme");
        produce("refused");

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            // Then
            awaitMessages("acme", 1);
            soon().until(() -> ledger.meter(UNREADABLE, "refused") == 1);
            produce("acme");
            awaitMessages("acme", 2);
            int epoch = groupEpoch();
            await().during(PEACE).atMost(PEACE.multipliedBy(3)).until(() -> groupEpoch() == epoch);
            assertThat(ledger.meter(UNREADABLE, "refused")).isEqualTo(1);
            assertThat(ledger.meter(UNREADABLE, "acme")).isZero();

            GuardedBroker.remove(ledger.admin, denial);
            awaitMessages("refused", 1);
            soon().until(() -> ledger.meter(UNREADABLE, "refused") == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = AclOperation.class,
            names = {"READ", "ALL"})
    void topicThatMayNoLongerBeReadGoesOnWhereItWas(AclOperation operation) {
        // Given
        ledger.tenant("acme", 1);
        ledger.tenant("refused", 1);
        AclBinding denial = GuardedBroker.denial(ledger.topics.in("refused"), operation);
        try (IngestApplication ingest = ledger.ingest()) {
            produce("acme");
            produce("refused");
            awaitMessages("acme", 1);
            awaitMessages("refused", 1);

            // When
            GuardedBroker.put(ledger.admin, denial);
            soon().until(() -> {
                produce("refused");
                return ledger.meter(UNREADABLE, "refused") == 1;
            });
            produce("acme");
            awaitMessages("acme", 2);
            GuardedBroker.remove(ledger.admin, denial);
            produce("refused");

            // Then
            int produced = ledger.read(ledger.topics.in("refused")).size();
            awaitMessages("refused", produced);
            assertThat(ledger.sequenced("refused/0"))
                    .extracting(AdmittedEvent::getOffset)
                    .containsExactlyElementsOf(
                            LongStream.range(0, produced).boxed().toList());
        }
    }
}
