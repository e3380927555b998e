// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fixtures.TestSeed;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that cannot be carried out, and what is unusual in a ledger and refused by nobody. */
class UsageTest {
    @TempDir
    Path temp;

    @Test
    void targetThatDoesNotExistIsAUsageError() {
        // When
        VerificationReport report = Verifier.verify(VerifyRequest.of(temp.resolve("nowhere")));

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(report.text()).contains("nowhere does not exist");
    }

    @Test
    void targetThatIsAFileIsAUsageError() throws IOException {
        // Given
        Path file = Files.writeString(temp.resolve("bundle.zip"), "x");

        // When
        VerificationReport report = Verifier.verify(VerifyRequest.of(file));

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void trustRootAndRegistryThatDoNotExistAreUsageErrors() {
        // When
        VerificationReport trust = Verifier.verify(VerifyRequest.of(temp).withTrustRoot(temp.resolve("none.json")));
        VerificationReport registry = Verifier.verify(VerifyRequest.of(temp).withRegistry(temp.resolve("none")));

        // Then
        assertThat(trust.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(registry.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(registry.jsonText()).contains("none does not exist");
    }

    @Test
    void emptyFolderHoldsNothingToTrust() {
        // When
        VerificationReport report = Verifier.verify(VerifyRequest.of(temp));

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.text()).contains("no committed bundle here");
    }

    @Test
    void storageThatFailsWithinAListingIsUnreachable() {
        // Given
        IOException gone = new IOException("the disk is gone");
        List<Verifier.Reading> readings = List.of(
                () -> {
                    throw gone;
                },
                () -> {
                    throw new UncheckedIOException(gone);
                },
                () -> {
                    throw new DirectoryIteratorException(gone);
                });

        // Then
        assertThat(readings).allSatisfy(reading -> {
            VerificationReport report = Verifier.reading(reading);
            assertThat(report.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(report.text()).contains("cannot read: the disk is gone");
        });
    }

    @Test
    void whatTheStorageSaysByTheNameOfAClassIsPutInWords() {
        // Given
        Map<IOException, String> faults = Map.of(
                new AccessDeniedException("a/b"), "a/b: access is denied",
                new NoSuchFileException("a/b"), "a/b does not exist",
                new NotDirectoryException("a/b"), "a/b is not a folder",
                new FileSystemException("a/b", null, "Input/output error"), "a/b: Input/output error",
                new IOException("no route"), "no route",
                new EOFException(), "it fails (EOFException)");

        // Then
        faults.forEach((fault, says) -> {
            VerificationReport report = Verifier.reading(() -> {
                throw fault;
            });
            assertThat(report.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(report.text()).contains("cannot read: " + says + "\n").doesNotContain("java.");
        });
    }

    @Test
    void aFolderToGoOnFromIsAUsageError() throws Exception {
        // Given
        VerifyRequest request = VerifyRequest.of(temp).withSince(Files.createDirectory(temp.resolve("earlier")));

        // When
        VerificationReport report = Verifier.verify(request);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.USAGE);
        assertThat(report.text()).contains("earlier is a folder, not a checkpoint or a transcript");
    }

    private VerificationReport verify(TestLedger ledger) throws IOException {
        Path trustRoot = Files.write(temp.resolve("trust-root.json"), ledger.keys.trustRoot());
        return Verifier.verify(VerifyRequest.of(ledger.bucket).withTrustRoot(trustRoot));
    }

    @Test
    void sourceEndMayFallWithASourceEntry() throws IOException {
        // Given: the claim about the new topic comes a window later
        TestLedger ledger = ledger();
        TestLedger.Chain chain =
                ledger.tenant("acme", false).chain(0).genesis().event("a", "{}").sourceEnd(9);
        ledger.closeWindow();
        chain.source("BBBBBBBBBBBBBBBBBBBBBB").sourceEnd(3);
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void duplicateOfAnEventOfAnEarlierWindowIsNotCompared() throws IOException {
        // Given
        TestLedger ledger = ledger();
        TestLedger.Chain chain = ledger.tenant("acme", false).chain(0).genesis().octets("a", new byte[1], "text/plain");
        ledger.closeWindow();
        chain.duplicate("a", "{}", 1);
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.bundles().get(1).notes())
                .anySatisfy(note -> assertThat(note).contains("1 entries are marked as duplicates", "not compared"));
    }

    @Test
    void retiredKeyStandsForWhatItSignedInItsValidity() throws Exception {
        // Given
        TestLedger ledger = ledger();
        ledger.tenant("acme", false).chain(0).genesis();
        ledger.closeWindow();
        Instant end = ledger.windowStart();
        Path trustRoot = Files.write(
                temp.resolve("trust-root.json"),
                TrustRootDraft.following(TrustRoot.parse(ledger.keys.trustRoot()), end)
                        .withKey(ledger.keys.p256.keyId(), key -> key.with(KeyStatus.RETIRED, end, Optional.empty()))
                        .sign(ledger.keys.root)
                        .complete()
                        .encode());

        // When
        VerificationReport report =
                Verifier.verify(VerifyRequest.of(ledger.bucket).withTrustRoot(trustRoot));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    private TestLedger ledger() {
        return new TestLedger(
                temp.resolve("bucket"),
                Scenario.START,
                TestSeed.random("ledger").nextLong());
    }
}
