// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.time.Duration;

/**
 * One fault of a plan.
 *
 * @param kind what is done
 * @param role to what
 * @param target name of the process, such as {@code chain-1}
 * @param lasts how long, where the fault is not a moment
 * @param variant decides between ways of doing it; at least 0
 */
record PlannedFault(FaultKind kind, Role role, String target, Duration lasts, int variant) {
    /** What is counted together in the table. */
    String title() {
        return kind.roles().size() > 1 ? kind.word() + " " + role.word() : kind.word();
    }

    @Override
    public String toString() {
        return kind.word() + " " + target;
    }
}
