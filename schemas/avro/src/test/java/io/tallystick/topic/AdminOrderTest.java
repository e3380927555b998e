// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminOrderTest {
    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void someoneOrdersAChange(String by) {
        assertThatThrownBy(() -> AdminOrder.by(by)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void textsAreLimited() {
        assertThatThrownBy(() -> AdminOrder.by("x".repeat(257))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AdminOrder("ada", Optional.of("x".repeat(1025)), false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AdminOrder("ada", Optional.of(" "), false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "10001, 1", "1, 0", "-1, 1", "1, 40000"})
    void tenantsHavePartitionsAndReplicas(int partitions, int replication) {
        assertThatThrownBy(() -> NewTenant.of("acme", partitions, replication))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
