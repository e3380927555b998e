// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.verify.ExitCode;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    @TempDir
    private Path bundle;

    @Test
    void aManifestThatIsTooLargeIsNotReadToItsEnd() throws Exception {
        // Given: more than an array holds, on a disk that stores no zeros
        try (RandomAccessFile manifest =
                new RandomAccessFile(bundle.resolve(BundleLayout.MANIFEST).toFile(), "rw")) {
            manifest.setLength(3L << 30);
        }

        // When
        TallyRun run = TallyRun.of("inspect", bundle.toString());

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("has not the form it must have", BundleLayout.MANIFEST);
    }
}
