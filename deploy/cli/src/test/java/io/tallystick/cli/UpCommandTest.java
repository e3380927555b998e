// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.verify.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpCommandTest {
    @TempDir
    private Path directory;

    /** The directory would keep it: the next start would be refused as well, whatever it is told. */
    @ParameterizedTest
    @CsvSource({
        "--origin, led ger, 1 to 128 printable ASCII characters",
        "--listen, no.such.host.invalid, the name cannot be resolved"
    })
    void whatNoLedgerCanBeMadeWithLeavesNoDataDirectory(String option, String value, String words) {
        Path data = directory.resolve("data");

        TallyRun run = TallyRun.of("up", "--data", data.toString(), option, value);

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(value, words);
        assertThat(data).doesNotExist();
    }
}
