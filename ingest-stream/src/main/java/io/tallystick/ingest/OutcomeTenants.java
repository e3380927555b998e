// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which tenants can be written to. Each begins stalled: its topics are looked up before the first record is sent, because a
 * send to a topic that is not there takes long, and might create it.
 *
 * <pre>
 *    +------------------- a send failed --------------------+
 *    v                                                      |
 * STALLED --(topics are there)--&gt; READY --(none on its way)--&gt; OPEN
 *                                   ^---(too much on its way)---|
 * </pre>
 *
 * <p>For the outcomes thread only.
 */
final class OutcomeTenants {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutcomeTenants.class);

    /** Bytes on their way to one tenant above which it has to catch up later: a slow topic must not fill the producer. */
    static final long BYTES_MAX = 4 * 1024 * 1024;

    /** The same for a tenant that has yet to take its first record since it began or failed, and where all are slow. */
    static final long TRIAL_BYTES_MAX = 16 * 1024;

    /** Bytes on their way to all tenants above which each may have few: half of the producer's buffer. */
    static final long ALL_BYTES_MAX = 16 * 1024 * 1024;

    private static final int DOUBLINGS_MAX = 5;

    private enum State {
        STALLED,
        READY,
        OPEN
    }

    private static final class Tenant {
        private State state = State.STALLED;
        private boolean proven;
        private int failures;
        private long bytesInFlight;
    }

    private final Function<String, CompletionStage<?>> lookUp;
    private final Inbox inbox;
    private final Duration retry;
    private final Map<String, Tenant> tenants = new HashMap<>();
    private long bytesInFlight;

    /**
     * @param lookUp of a tenant's topics; fails if they are not there
     * @param retry wait after a first failure, doubled with each that follows up to 32 times it
     */
    OutcomeTenants(Function<String, CompletionStage<?>> lookUp, Inbox inbox, Duration retry) {
        this.lookUp = lookUp;
        this.inbox = inbox;
        this.retry = retry;
    }

    boolean isOpen(String tenant) {
        return tenants.containsKey(tenant) && tenants.get(tenant).state == State.OPEN;
    }

    /** Whether the tenant's next record may be sent; if not, it is put off and the tenant stalled. */
    boolean takes(String tenant) {
        if (!isOpen(tenant)) {
            return false;
        }
        Tenant found = tenants.get(tenant);
        boolean much = found.proven && bytesInFlight < ALL_BYTES_MAX;
        return found.bytesInFlight < (much ? BYTES_MAX : TRIAL_BYTES_MAX);
    }

    void sent(Outcome outcome) {
        tenants.get(outcome.tenant()).bytesInFlight += outcome.size();
        bytesInFlight += outcome.size();
    }

    /** @param written whether it is; if not, {@link #fail} follows or it is sent in another form */
    void landed(Outcome outcome, boolean written) {
        Tenant tenant = tenants.get(outcome.tenant());
        tenant.bytesInFlight -= outcome.size();
        bytesInFlight -= outcome.size();
        if (written && tenant.state != State.STALLED) {
            tenant.proven = true;
            tenant.failures = 0;
        }
        openIfDrained(tenant);
    }

    /** The tenant has records that were put off; it may go on when its topics answer and nothing is on its way to them. */
    void stall(String name) {
        Tenant tenant = tenants.get(name);
        if (tenant == null) {
            tenant = new Tenant();
            tenants.put(name, tenant);
            lookUp(name, tenant);
        } else if (tenant.state == State.OPEN) {
            tenant.state = State.READY;
            openIfDrained(tenant);
        }
    }

    /** A record was not written. */
    void fail(String name, Exception failure) {
        Tenant tenant = tenants.get(name);
        tenant.proven = false;
        if (tenant.state != State.STALLED) {
            tenant.state = State.STALLED;
            rest(name, tenant, failure);
        }
    }

    private void lookUp(String name, Tenant tenant) {
        lookUp.apply(name)
                .whenComplete((found, failure) -> inbox.put(() -> {
                    if (failure == null) {
                        tenant.state = State.READY;
                        openIfDrained(tenant);
                    } else {
                        rest(name, tenant, failure);
                    }
                }));
    }

    private void rest(String name, Tenant tenant, Throwable failure) {
        Duration wait = rest(retry, tenant.failures);
        tenant.failures++;
        LOGGER.atWarn()
                .addKeyValue("tenant", name)
                .addKeyValue("error", failure.toString())
                .addKeyValue("waitMs", wait.toMillis())
                .log("outcomes of this tenant wait; its receipts or rejects topic cannot be written");
        inbox.putIn(wait, () -> lookUp(name, tenant));
    }

    /** How long after a failure, if there were as many in a row before it. */
    static Duration rest(Duration retry, int failures) {
        return retry.multipliedBy(1L << Math.min(failures, DOUBLINGS_MAX));
    }

    private static void openIfDrained(Tenant tenant) {
        if (tenant.state == State.READY && tenant.bytesInFlight == 0) {
            tenant.state = State.OPEN;
        }
    }
}
