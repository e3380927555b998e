// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * What a tenant's producers may do on the cluster. DESIGN.md section 4.
 *
 * <p>Topics are named literally: a prefix {@code ledger.in.acme} would open {@code ledger.in.acme-eu} too. Consumer groups and
 * transactional ids of a tenant begin with its id and a dot, which no other tenant's id can contain. Nobody is given Delete.
 *
 * @param tenant id of the tenant
 * @param principal who the tenant is to the cluster, {@code User:name}
 * @param ingestPrincipal who ingest is to the cluster, if it is not a super user
 * @param producerByteRate bytes a second the tenant may produce through each broker, if limited; at least 1
 * @param transactional whether it may use transactions
 */
public record TenantAccess(
        String tenant,
        String principal,
        Optional<String> ingestPrincipal,
        Optional<Long> producerByteRate,
        boolean transactional) {

    /** Quota of Kafka for what a user produces, bytes a second and broker. */
    static final String PRODUCER_BYTE_RATE = "producer_byte_rate";

    private static final String USER = "User:";
    private static final String ANY_HOST = "*";

    /**
     * What the cluster does not have yet.
     *
     * @param acls rules to add
     * @param producerByteRate quota to set
     */
    record Missing(List<AclBinding> acls, Optional<Long> producerByteRate) {
        boolean isEmpty() {
            return acls.isEmpty() && producerByteRate.isEmpty();
        }
    }

    /** @throws IllegalArgumentException if a principal is not a user's, or the rate is below 1 */
    public TenantAccess {
        requireUser(principal);
        ingestPrincipal.ifPresent(TenantAccess::requireUser);
        producerByteRate.filter(rate -> rate < 1).ifPresent(rate -> {
            throw new IllegalArgumentException("a tenant may produce at least 1 byte a second, got " + rate);
        });
    }

    private static void requireUser(String principal) {
        if (!principal.startsWith(USER) || principal.length() == USER.length() || principal.equals(USER + "*")) {
            throw new IllegalArgumentException("a principal is User:<name>, one user, got: " + principal);
        }
    }

    /** The rules, in a fixed order. */
    public List<AclBinding> acls(Topics topics) {
        List<AclBinding> acls = new ArrayList<>();
        allow(acls, principal, topic(topics.in(tenant)), AclOperation.WRITE, AclOperation.DESCRIBE);
        allow(acls, principal, topic(topics.receipts(tenant)), AclOperation.READ, AclOperation.DESCRIBE);
        allow(acls, principal, topic(topics.rejects(tenant)), AclOperation.READ, AclOperation.DESCRIBE);
        allow(acls, principal, ownNames(ResourceType.GROUP), AclOperation.READ, AclOperation.DESCRIBE);
        if (transactional) {
            allow(acls, principal, ownNames(ResourceType.TRANSACTIONAL_ID), AclOperation.WRITE, AclOperation.DESCRIBE);
        }
        ingestPrincipal.ifPresent(ingest -> {
            allow(acls, ingest, topic(topics.in(tenant)), AclOperation.READ, AclOperation.DESCRIBE);
            allow(acls, ingest, topic(topics.receipts(tenant)), AclOperation.WRITE, AclOperation.DESCRIBE);
            allow(acls, ingest, topic(topics.rejects(tenant)), AclOperation.WRITE, AclOperation.DESCRIBE);
        });
        return List.copyOf(acls);
    }

    /** A rule as a line: {@code User:acme Write Topic ledger.in.acme}. */
    public static String text(AclBinding acl) {
        String name = acl.pattern().name() + (acl.pattern().patternType() == PatternType.PREFIXED ? "*" : "");
        return acl.entry().principal() + " " + acl.entry().operation() + " "
                + acl.pattern().resourceType() + " " + name;
    }

    /** Whom the quota is for. */
    ClientQuotaEntity quotaEntity() {
        return new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, principal.substring(USER.length())));
    }

    static ClientQuotaAlteration quota(ClientQuotaEntity entity, long producerByteRate) {
        return new ClientQuotaAlteration(
                entity, List.of(new ClientQuotaAlteration.Op(PRODUCER_BYTE_RATE, (double) producerByteRate)));
    }

    /** What is missing on a cluster that has these rules and this quota. */
    Missing missing(Topics topics, Collection<AclBinding> existing, Optional<Double> rate) {
        return new Missing(
                acls(topics).stream().filter(acl -> !existing.contains(acl)).toList(),
                producerByteRate.filter(
                        wanted -> rate.isEmpty() || Double.compare(rate.get(), wanted.doubleValue()) != 0));
    }

    private static void allow(List<AclBinding> acls, String who, ResourcePattern on, AclOperation... operations) {
        for (AclOperation operation : operations) {
            acls.add(new AclBinding(on, new AccessControlEntry(who, ANY_HOST, operation, AclPermissionType.ALLOW)));
        }
    }

    private static ResourcePattern topic(String name) {
        return new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL);
    }

    private ResourcePattern ownNames(ResourceType type) {
        return new ResourcePattern(type, tenant + ".", PatternType.PREFIXED);
    }
}
