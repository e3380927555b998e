// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.BundleException;
import io.tallystick.entry.ChainId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Named pipes in the place of files, as whoever packs a folder with tar can have them: who opens one waits without end. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipesTest extends ScenarioBucket {
    private static final WantedEntry IN_THE_SECOND_WINDOW = new WantedEntry.At(ChainId.parse("acme/0"), 6);

    private void pipe(Path file) throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        Process made = new ProcessBuilder("mkfifo", file.toString()).inheritIO().start();
        assertThat(made.waitFor()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "manifest.json",
                "manifest.sig",
                "export.json",
                "bundle.dsse.json",
                "SHA256SUMS",
                "proofs/registry.json",
                "checkpoints/chain-0000",
                Scenario.DATA
            })
    void verificationNamesIt(String file) throws Exception {
        // Given: in a window behind another one, which looks at it for its own lock
        pipe(bucket.acme(1).folder.resolve(file));

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains(file + ": not a regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "checkpoints/chain-0000", "proofs/registry.json", Scenario.DATA})
    void noProofIsCutOutOfIt(String file) throws Exception {
        // Given
        pipe(bucket.acme(1).folder.resolve(file));

        // Then
        assertThatThrownBy(() -> EntryProver.cut(bucket.bucket, IN_THE_SECOND_WINDOW))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("no such regular file");
    }

    @Test
    void evidenceIsPackedWithoutIt() throws Exception {
        // Given
        pipe(bucket.acme(1).folder.resolve("manifest.json"));

        // When
        VerificationReport report = EvidenceArchive.write(
                new EvidenceArchive.Evidence(
                        bucket.bucket, "acme", Scenario.start(0), Scenario.start(3), bucket.trustRoot, List.of()),
                folder.resolve("evidence.zip"));

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("manifest.json: the file is missing");
    }

    @Test
    void namedAsEvidenceItIsNone() throws Exception {
        // Given
        Path pipe = folder.resolve("evidence.zip");
        pipe(pipe);

        // When
        VerificationReport report = Verifier.verify(bucket.request.withTarget(pipe));

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.USAGE);
        assertThat(report.text()).contains("is not a folder or a zip archive");
        assertThatThrownBy(() -> EntryProver.cut(pipe, IN_THE_SECOND_WINDOW))
                .hasMessageContaining("is not a folder or a zip archive");
        assertThatThrownBy(() -> EvidenceArchive.write(
                        new EvidenceArchive.Evidence(
                                pipe, "acme", Scenario.start(0), Scenario.start(3), bucket.trustRoot, List.of()),
                        folder.resolve("packed.zip")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint", "manifest.json", "leaves.ndjson", "chain-0000-00000.ndjson.zst"})
    void namedToBeShownItIsNotWaitedFor(String name) throws Exception {
        // Given
        Path pipe = folder.resolve(name);
        pipe(pipe);

        // Then
        assertThatThrownBy(() -> Inspector.file(pipe, 1)).hasMessageContaining("no such regular file");
        assertThatThrownBy(() -> Inspector.json(pipe, 1)).hasMessageContaining("no such regular file");
    }

    @Test
    void aLinkThatIsNamedIsFollowed() throws Exception {
        // Given
        Path link = Files.createSymbolicLink(
                folder.resolve("manifest.json"), bucket.acme(1).folder.resolve("manifest.json"));

        // Then
        assertThat(Inspector.file(link, 1)).contains("\"tenant\": \"acme\"");
    }
}
