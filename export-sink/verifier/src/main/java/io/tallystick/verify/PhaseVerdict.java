// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.List;

/**
 * What one phase found.
 *
 * @param reasons why it was not checked, or not all of it; empty on pass
 * @param faults the first faults, in the order found; empty unless failed
 * @param faultCount all faults, also those not kept
 * @param exitCode what it contributes: 0, 1, 3 or 4
 */
public record PhaseVerdict(
        Phase phase, Verdict verdict, List<String> reasons, List<Fault> faults, long faultCount, int exitCode) {
    /** The three outcomes. */
    public enum Verdict {
        PASS("pass"),
        FAIL("fail"),
        NOT_CHECKED("not checked");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    public PhaseVerdict {
        reasons = List.copyOf(reasons);
        faults = List.copyOf(faults);
    }
}
