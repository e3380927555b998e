// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before any broker is asked: there is none. */
class TenantAdminTest {
    private final TenantAdmin tenants = new TenantAdmin(new LedgerSettings(
            "127.0.0.1:1",
            "http://127.0.0.1:1",
            "ledger.example.com",
            new Topics(Topics.DEFAULT_PREFIX),
            4,
            Duration.ofMinutes(15),
            Duration.ofMinutes(1),
            Map.of()));

    @AfterEach
    void close() {
        tenants.close();
    }

    private static TenantAccess access(String tenant) {
        return new TenantAccess(tenant, "User:a", Optional.empty(), Optional.empty(), false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nobodyIsGrantedTheOperatorsTopic(boolean dryRun) {
        AdminOrder order = new AdminOrder("ada", Optional.empty(), dryRun);

        assertThatThrownBy(() -> tenants.grant(access(Topics.OPERATOR), order))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("the ledger's alone");
        assertThatThrownBy(() -> tenants.create(
                        NewTenant.of(Topics.OPERATOR, 1, 1), Optional.of(access(Topics.OPERATOR)), grant -> {}, order))
                .isInstanceOf(RefusedChangeException.class)
                .hasMessageContaining("the ledger's alone");
    }

    @Test
    void tenantIsNotCreatedWithAccessToAnother() {
        assertThatThrownBy(() -> tenants.create(
                        NewTenant.of("globex", 1, 1), Optional.of(access("acme")), grant -> {}, AdminOrder.by("ada")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("acme");
    }
}
