// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.export.store.ProbeResult.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeResultTest {
    private static final ProbeResult PASS = ProbeResult.pass("a", "");
    private static final ProbeResult OPEN = ProbeResult.open("b", "");
    private static final ProbeResult FAIL = ProbeResult.fail("c", "");
    private static final ProbeResult NOTE = ProbeResult.note("d", "");

    @Test
    void aFailureCountsBeforeWhatIsOpenAndThatBeforeWhatPassed() {
        assertThat(ProbeResult.overall(List.of(PASS, OPEN, FAIL, NOTE))).isEqualTo(Verdict.FAIL);
        assertThat(ProbeResult.overall(List.of(OPEN, PASS, NOTE))).isEqualTo(Verdict.OPEN);
        assertThat(ProbeResult.overall(List.of(NOTE, PASS))).isEqualTo(Verdict.PASS);
    }
}
