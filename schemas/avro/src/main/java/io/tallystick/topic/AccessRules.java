// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;

/** Puts a tenant's access in force on a cluster. */
final class AccessRules {
    private final Admin admin;
    private final Topics topics;

    AccessRules(Admin admin, Topics topics) {
        this.admin = admin;
        this.topics = topics;
    }

    /**
     * Adds what is missing. A quota is set also where there is no authorizer.
     *
     * @param announce called before anything is changed, and only then
     * @throws KafkaException if the cluster refuses
     */
    AccessGrant grant(TenantAccess access, boolean dryRun, Consumer<TenantAccess.Missing> announce) {
        Optional<Collection<AclBinding>> existing = existing();
        TenantAccess.Missing needed =
                access.missing(topics, existing.orElseGet(() -> access.acls(topics)), rateOf(access.quotaEntity()));
        if (!needed.isEmpty() && !dryRun) {
            announce.accept(needed);
            put(access, needed);
        }
        return new AccessGrant(existing.isPresent(), text(access, needed));
    }

    private void put(TenantAccess access, TenantAccess.Missing needed) {
        if (!needed.acls().isEmpty()) {
            AdminAnswer.await(admin.createAcls(needed.acls()).all(), "create ACLs for " + access.principal());
        }
        needed.producerByteRate()
                .ifPresent(rate -> AdminAnswer.await(
                        admin.alterClientQuotas(List.of(TenantAccess.quota(access.quotaEntity(), rate)))
                                .all(),
                        "set the quota of " + access.principal()));
    }

    private static List<String> text(TenantAccess access, TenantAccess.Missing needed) {
        List<String> lines = new ArrayList<>();
        needed.acls().forEach(acl -> lines.add(TenantAccess.text(acl)));
        needed.producerByteRate()
                .ifPresent(rate -> lines.add(access.principal() + " " + TenantAccess.PRODUCER_BYTE_RATE + " " + rate));
        return lines;
    }

    /** All rules of the cluster; empty if it has no authorizer. */
    private Optional<Collection<AclBinding>> existing() {
        try {
            return Optional.of(
                    AdminAnswer.await(admin.describeAcls(AclBindingFilter.ANY).values(), "read the ACLs"));
        } catch (SecurityDisabledException e) {
            return Optional.empty();
        }
    }

    private Optional<Double> rateOf(ClientQuotaEntity entity) {
        String user = entity.entries().get(ClientQuotaEntity.USER);
        ClientQuotaFilter filter = ClientQuotaFilter.containsOnly(
                List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, user)));
        Map<ClientQuotaEntity, Map<String, Double>> quotas =
                AdminAnswer.await(admin.describeClientQuotas(filter).entities(), "read the quota of " + user);
        return Optional.ofNullable(quotas.getOrDefault(entity, Map.of()).get(TenantAccess.PRODUCER_BYTE_RATE));
    }
}
