// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantAccessTest {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

    private static TenantAccess access(Optional<String> ingest, Optional<Long> rate, boolean transactional) {
        return new TenantAccess("acme", "User:a", ingest, rate, transactional);
    }

    @Test
    void tenantWritesItsInputAndReadsItsOutcomes() {
        assertThat(access(Optional.empty(), Optional.empty(), false).acls(TOPICS))
                .extracting(TenantAccess::text)
                .containsExactly(
                        "User:a WRITE TOPIC ledger.in.acme",
                        "User:a DESCRIBE TOPIC ledger.in.acme",
                        "User:a READ TOPIC ledger.receipts.acme",
                        "User:a DESCRIBE TOPIC ledger.receipts.acme",
                        "User:a READ TOPIC ledger.rejects.acme",
                        "User:a DESCRIBE TOPIC ledger.rejects.acme",
                        "User:a READ GROUP acme.*",
                        "User:a DESCRIBE GROUP acme.*");
    }

    @Test
    void ingestReadsTheInputAndWritesTheOutcomes() {
        assertThat(access(Optional.of("User:i"), Optional.empty(), false).acls(TOPICS))
                .extracting(TenantAccess::text)
                .filteredOn(line -> line.startsWith("User:i "))
                .containsExactly(
                        "User:i READ TOPIC ledger.in.acme",
                        "User:i DESCRIBE TOPIC ledger.in.acme",
                        "User:i WRITE TOPIC ledger.receipts.acme",
                        "User:i DESCRIBE TOPIC ledger.receipts.acme",
                        "User:i WRITE TOPIC ledger.rejects.acme",
                        "User:i DESCRIBE TOPIC ledger.rejects.acme");
    }

    @Test
    void topicsAreNamedLiterallyAndNobodyMayDelete() {
        assertThat(access(Optional.of("User:i"), Optional.empty(), true).acls(TOPICS))
                .allSatisfy(acl -> {
                    assertThat(acl.entry().permissionType()).isEqualTo(AclPermissionType.ALLOW);
                    assertThat(acl.entry().operation())
                            .isIn(AclOperation.READ, AclOperation.WRITE, AclOperation.DESCRIBE);
                })
                .filteredOn(acl -> acl.pattern().resourceType() == ResourceType.TOPIC)
                .extracting(acl -> acl.pattern().patternType())
                .containsOnly(PatternType.LITERAL);
    }

    @Test
    void prefixOfOwnNamesCannotBeginAnotherTenantsNames() {
        assertThat(access(Optional.empty(), Optional.empty(), true).acls(TOPICS))
                .filteredOn(acl -> acl.pattern().patternType() == PatternType.PREFIXED)
                .extracting(acl -> acl.pattern().name())
                .isNotEmpty()
                .allSatisfy(prefix -> {
                    assertThat("acme-eu.group").doesNotStartWith(prefix);
                    assertThat("acme.group").startsWith(prefix);
                });
    }

    @Test
    void onlyTransactionalTenantsMayUseTransactions() {
        assertThat(access(Optional.empty(), Optional.empty(), false).acls(TOPICS))
                .noneMatch(acl -> acl.pattern().resourceType() == ResourceType.TRANSACTIONAL_ID);
        assertThat(access(Optional.empty(), Optional.empty(), true).acls(TOPICS))
                .anyMatch(acl -> acl.pattern().resourceType() == ResourceType.TRANSACTIONAL_ID);
    }

    @Test
    void nothingIsMissingOnceAllIsThere() {
        TenantAccess access = access(Optional.of("User:i"), Optional.of(1000L), true);

        assertThat(access.missing(TOPICS, access.acls(TOPICS), Optional.of(1000.0))
                        .isEmpty())
                .isTrue();
    }

    @Test
    void onlyWhatIsMissingIsAdded() {
        // Given
        TenantAccess access = access(Optional.empty(), Optional.of(1000L), false);
        List<AclBinding> all = access.acls(TOPICS);

        // When
        TenantAccess.Missing missing = access.missing(TOPICS, all.subList(1, all.size()), Optional.of(999.0));

        // Then
        assertThat(missing.acls()).containsExactly(all.get(0));
        assertThat(missing.producerByteRate()).contains(1000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "acme", "User:", "User:*", "Group:acme", "user:acme"})
    void principalIsOneUser(String principal) {
        assertThatThrownBy(() -> new TenantAccess("acme", principal, Optional.empty(), Optional.empty(), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("User:<name>");
        assertThatThrownBy(() -> access(Optional.of(principal), Optional.empty(), false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void rateIsAtLeastOneByte(long rate) {
        assertThatThrownBy(() -> access(Optional.empty(), Optional.of(rate), false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
