// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import java.time.Duration;

/**
 * For how long a chain has been in trouble. Troubles with little quiet between them are one: a chain that goes back, and back
 * again, makes no progress although it is never held for long. For one thread; times are of one monotonic clock.
 */
final class Troubles {
    /** Without trouble for so long a chain is well; longer than three claims and the notices they bring. */
    private static final long QUIET_NANOS = Duration.ofSeconds(35).toNanos();

    private boolean any;
    private boolean lasting;
    private long first;
    private long last;

    /** @param nowNanos begins in trouble, from here */
    Troubles(long nowNanos) {
        lasts(true, nowNanos);
    }

    /** Something went wrong. */
    void happened(long nowNanos) {
        if (!any || (!lasting && nowNanos - last > QUIET_NANOS)) {
            first = nowNanos;
            any = true;
        }
        last = nowNanos;
    }

    /** Something was wrong from then until now, as is known only now. */
    void lasted(long fromNanos, long nowNanos) {
        happened(fromNanos);
        last = nowNanos;
    }

    /** Whether something is wrong from now on. */
    void lasts(boolean trouble, long nowNanos) {
        if (trouble || lasting) {
            happened(nowNanos);
        }
        lasting = trouble;
    }

    /** How long the present trouble has lasted; zero when there is none. */
    Duration since(long nowNanos) {
        if (lasting) {
            return Duration.ofNanos(nowNanos - first);
        }
        return any && nowNanos - last <= QUIET_NANOS ? Duration.ofNanos(last - first) : Duration.ZERO;
    }
}
