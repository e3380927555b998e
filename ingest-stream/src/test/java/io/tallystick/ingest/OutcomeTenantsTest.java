// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class OutcomeTenantsTest {
    private final Inbox inbox = new Inbox();
    private final List<CompletableFuture<Void>> lookUps = new ArrayList<>();
    private final OutcomeTenants tenants = new OutcomeTenants(this::lookUp, inbox, Duration.ofMillis(1));

    private CompletableFuture<Void> lookUp(String tenant) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        lookUps.add(answer);
        return answer;
    }

    private static Outcome outcome(String tenant, int bytes) {
        return new Outcome(tenant, new ProducerRecord<>("receipts", "key", new byte[bytes]), Optional.empty());
    }

    private void open(String tenant) throws InterruptedException {
        tenants.stall(tenant);
        lookUps.remove(0).complete(null);
        inbox.run(Duration.ZERO);
        assertThat(tenants.isOpen(tenant)).isTrue();
    }

    private void prove(String tenant) {
        tenants.sent(outcome(tenant, 1));
        tenants.landed(outcome(tenant, 1), true);
    }

    @Test
    void tenantIsOpenOnceItsTopicsAreThere() throws Exception {
        // Given
        assertThat(tenants.takes("acme")).isFalse();
        tenants.stall("acme");

        // When
        lookUps.remove(0).completeExceptionally(new TimeoutException("no answer"));
        while (lookUps.isEmpty()) {
            inbox.run(Duration.ofMillis(1));
        }

        // Then
        assertThat(tenants.takes("acme")).isFalse();
        lookUps.remove(0).complete(null);
        inbox.run(Duration.ZERO);
        assertThat(tenants.takes("acme")).isTrue();
    }

    @Test
    void tenantHasLittleOnItsWayUntilItTakesARecord() throws Exception {
        // Given
        open("acme");

        // When
        tenants.sent(outcome("acme", (int) OutcomeTenants.TRIAL_BYTES_MAX));

        // Then
        assertThat(tenants.takes("acme")).isFalse();
        tenants.landed(outcome("acme", (int) OutcomeTenants.TRIAL_BYTES_MAX), true);
        tenants.sent(outcome("acme", (int) OutcomeTenants.BYTES_MAX - 1_000));
        assertThat(tenants.takes("acme")).isTrue();
        tenants.sent(outcome("acme", 1_000));
        assertThat(tenants.takes("acme")).isFalse();
    }

    @Test
    void whereManyAreSlowEachHasLittle() throws Exception {
        // Given
        for (int i = 0; i < 4; i++) {
            open("slow-" + i);
            prove("slow-" + i);
            tenants.sent(outcome("slow-" + i, (int) OutcomeTenants.ALL_BYTES_MAX / 4));
        }
        open("acme");
        prove("acme");

        // Then
        assertThat(tenants.takes("acme")).isTrue();
        tenants.sent(outcome("acme", (int) OutcomeTenants.TRIAL_BYTES_MAX));
        assertThat(tenants.takes("acme")).isFalse();
        tenants.landed(outcome("slow-0", (int) OutcomeTenants.ALL_BYTES_MAX / 4), true);
        assertThat(tenants.takes("acme")).isTrue();
    }

    @Test
    void stalledTenantGoesOnWhenNothingIsOnItsWay() throws Exception {
        // Given
        open("acme");
        tenants.sent(outcome("acme", 1));
        tenants.sent(outcome("acme", 1));

        // When
        tenants.stall("acme");
        tenants.landed(outcome("acme", 1), true);

        // Then
        assertThat(tenants.isOpen("acme")).isFalse();
        tenants.landed(outcome("acme", 1), true);
        assertThat(tenants.isOpen("acme")).isTrue();
    }

    @Test
    void failedTenantRestsAndIsLookedUpOnce() throws Exception {
        // Given
        open("acme");
        prove("acme");
        tenants.sent(outcome("acme", 1));
        tenants.sent(outcome("acme", 1));

        // When
        tenants.landed(outcome("acme", 1), false);
        tenants.fail("acme", new TimeoutException("not enough replicas"));
        tenants.landed(outcome("acme", 1), false);
        tenants.fail("acme", new TimeoutException("not enough replicas"));
        tenants.stall("acme");

        // Then
        assertThat(tenants.isOpen("acme")).isFalse();
        while (lookUps.isEmpty()) {
            inbox.run(Duration.ofMillis(1));
        }
        assertThat(lookUps).hasSize(1);
        lookUps.remove(0).complete(null);
        inbox.run(Duration.ZERO);
        tenants.sent(outcome("acme", (int) OutcomeTenants.TRIAL_BYTES_MAX));
        assertThat(tenants.takes("acme")).isFalse();
    }

    @Test
    void restsGrowToALimit() {
        assertThat(List.of(0, 1, 2, 5, 6, 1000).stream()
                        .map(failures -> OutcomeTenants.rest(Duration.ofSeconds(1), failures)
                                .toSeconds()))
                .containsExactly(1L, 2L, 4L, 32L, 32L, 32L);
    }
}
