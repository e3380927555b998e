// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.export.store.ProbeResult.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorCommandTest {
    @ParameterizedTest
    @CsvSource({"PASS,0", "FAIL,1", "OPEN,3", "NOTE,0"})
    void onlyADeletionThatWasTriedAndRefusedIsExitCode0(Verdict overall, int exitCode) {
        assertThat(DoctorCommand.Store.exitCode(overall)).isEqualTo(exitCode);
    }

    @Test
    void helpSaysWhoMustRunIt() {
        assertThat(TallyRun.of("doctor", "store", "--help").out())
                .contains("s3:DeleteObjectVersion", "Storage Blob Data Owner", "3 deletion was not tested");
    }
}
