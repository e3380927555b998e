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
        "--listen, no.such.host.invalid, the name cannot be resolved",
        "--window, 7, must divide 24 hours",
        "--window, 0, at least 1000",
        "--window, -900, at least 1000",
        "--window, 172800, no more than 86400000",
        "--window, 9223372036854775807, LONG",
        "--partitions, 0, at least 1",
        "--partitions, 10001, no more than 10000",
        "--broker-port, 65536, is no port",
        "--registry-port, -1, is no port",
        "--metrics-port, 65536, is no port"
    })
    void whatNoLedgerCanBeMadeWithSpoilsNoDataDirectory(String option, String value, String words) {
        Path data = directory.resolve("data");

        TallyRun run = TallyRun.of("up", "--data", data.toString(), option, value);

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .startsWith("tally: ")
                .contains(option.equals("--origin") ? "--origin" : option + " " + value, value, words);
        assertThat(new LedgerHome(data).config()).doesNotExist(); // at most a log is there
    }
}
