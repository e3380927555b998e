// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which tenants can be written to. Each begins stalled: its topics are looked up before the first record is sent, because a
 * send to a topic that is not there takes long, and might create it.
 *
 * <pre>
 * STALLED --(topics are there)--> READY --(caught up)--> OPEN
 *    ^----------- send failed, or too much on its way -----|
 * </pre>
 *
 * <p>For the outcomes thread only.
 */
final class OutcomeTenants {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutcomeTenants.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    private enum State {
        STALLED,
        READY,
        OPEN
    }

    private static final class Tenant {
        private State state = State.OPEN;
        private long bytesInFlight;
    }

    private final Admin admin;
    private final Topics topics;
    private final Inbox inbox;
    private final Map<String, Tenant> tenants = new HashMap<>();

    OutcomeTenants(Admin admin, Topics topics, Inbox inbox) {
        this.admin = admin;
        this.topics = topics;
        this.inbox = inbox;
    }

    boolean isOpen(String tenant) {
        return tenants.containsKey(tenant) && tenants.get(tenant).state == State.OPEN;
    }

    long bytesInFlight(String tenant) {
        return tenants.containsKey(tenant) ? tenants.get(tenant).bytesInFlight : 0;
    }

    void sent(Outcome outcome) {
        tenants.get(outcome.tenant()).bytesInFlight += outcome.size();
    }

    void landed(Outcome outcome) {
        tenants.get(outcome.tenant()).bytesInFlight -= outcome.size();
    }

    /** The tenant has records that were put off; it may go on when its topics answer. */
    void stall(String name) {
        Tenant tenant = tenants.computeIfAbsent(name, key -> new Tenant());
        if (tenant.state == State.OPEN) {
            tenant.state = State.STALLED;
            lookUp(name, tenant);
        }
    }

    /** A record was not written. */
    void fail(String name, Exception failure) {
        Tenant tenant = tenants.get(name);
        if (tenant.state != State.STALLED) {
            warn(name, failure);
            tenant.state = State.STALLED;
            inbox.putIn(LOOK_AGAIN, () -> lookUp(name, tenant));
        }
    }

    private void lookUp(String name, Tenant tenant) {
        admin.describeTopics(List.of(topics.receipts(name), topics.rejects(name)))
                .allTopicNames()
                .toCompletionStage()
                .whenComplete((found, failure) -> inbox.put(() -> {
                    if (tenant.state != State.STALLED) {
                        return;
                    }
                    if (failure == null) {
                        tenant.state = State.READY;
                    } else {
                        warn(name, failure);
                        inbox.putIn(LOOK_AGAIN, () -> lookUp(name, tenant));
                    }
                }));
    }

    /** A tenant whose topics are there, with records to catch up on and none on their way. */
    Optional<String> nextToCatchUp() {
        return tenants.entrySet().stream()
                .filter(tenant -> tenant.getValue().state == State.READY && tenant.getValue().bytesInFlight == 0)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    void open(String tenant) {
        tenants.get(tenant).state = State.OPEN;
    }

    private static void warn(String tenant, Throwable failure) {
        LOGGER.atWarn()
                .addKeyValue("tenant", tenant)
                .addKeyValue("error", failure.toString())
                .log("outcomes of this tenant wait; its receipts or rejects topic cannot be written");
    }
}
