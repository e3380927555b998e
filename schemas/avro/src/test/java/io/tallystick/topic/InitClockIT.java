// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A ledger's clock starts where the machine says that sets it up, if the brokers agree. */
@ExtendWith(LedgerExtension.class)
class InitClockIT {
    private LedgerSettings settings;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) {
        settings = AdminLedger.settings(embedded, 2);
    }

    private void init(InstantSource clock) throws IOException {
        try (LedgerAdmin ledger = new LedgerAdmin(settings, clock, true)) {
            ledger.init(1);
        }
    }

    private long initRecords() throws Exception {
        try (Admin admin = Admin.create(settings.kafkaClient("test-admin"))) {
            TopicPartition entries = new TopicPartition(settings.topics().entries(), 0);
            return admin.listOffsets(Map.of(entries, OffsetSpec.latest()))
                    .partitionResult(entries)
                    .get()
                    .offset();
        }
    }

    private void refuses(Duration difference, String... says) throws Exception {
        InstantSource system = InstantSource.system();
        assertThatThrownBy(() -> init(() -> system.instant().plus(difference)))
                .isInstanceOfSatisfying(RefusedChangeException.class, refused -> assertThat(refused.remedy())
                        .contains("Set the clock that is wrong", "60 s"))
                .hasMessageContainingAll(says);
        assertThat(initRecords()).isZero();
    }

    @Test
    void aMachineWhoseClockIsWrongSetsUpNothingAndMayTryAgain() throws Exception {
        // When, Then
        refuses(Duration.ofDays(1), "ahead of its brokers'", settings.topics().ingest() + "-0");
        refuses(Duration.ofSeconds(75), "ahead of its brokers'");
        refuses(Duration.ofSeconds(-75), "behind its brokers'");
        assertThatThrownBy(() -> init(InstantSource.fixed(Instant.EPOCH)))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("1970-01-01T00:00:00Z");
        assertThat(initRecords()).isZero();

        // When
        InstantSource system = InstantSource.system();
        init(() -> system.instant().plusSeconds(20));

        // Then
        assertThat(initRecords()).isPositive();
    }

    @Test
    void aLedgerThatIsSetUpIsNotAskedAgain() throws Exception {
        // Given
        init(InstantSource.system());

        // When, Then: its clock has started
        init(InstantSource.fixed(Instant.EPOCH));
        assertThat(initRecords()).isPositive();
    }
}
