// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fixtures.TestSeed;
import io.tallystick.trust.KeyStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that cannot be carried out, and ledgers that are dishonest from the start. */
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

    private VerificationReport verify(TestLedger ledger) throws IOException {
        Path trustRoot = Files.write(temp.resolve("trust-root.json"), ledger.keys.trustRoot());
        return Verifier.verify(VerifyRequest.of(ledger.bucket).withTrustRoot(trustRoot));
    }

    @Test
    void chainThatIsRegisteredButNotShownIsAFailure() throws IOException {
        // Given
        TestLedger ledger = ledger();
        TestLedger.Tenant acme = ledger.tenant("acme", false);
        acme.chain(0).genesis();
        acme.chain(9_999).genesis();
        acme.hidden.add(9_999);
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("the registry has a head of chain acme/9999 at index", "does not show");
    }

    @Test
    void entryRecordedOutsideItsWindowIsAFailure() throws IOException {
        // Given
        TestLedger ledger = ledger();
        ledger.tenant("acme", false)
                .chain(0)
                .genesis()
                .recorded(Scenario.START.plus(TestLedger.WINDOW))
                .event("late", "{}");
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.bundles().get(0).phase(Phase.ENTRIES).faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.toString())
                        .contains("line 2 (seq 1): recorded 2026-11-21T03:15:00.137Z is not in the window"));
    }

    @Test
    void ledgerClockThatGoesBackIsAFailure() throws IOException {
        // Given
        TestLedger ledger = ledger();
        ledger.tenant("acme", false)
                .chain(0)
                .recorded(Scenario.START.plusSeconds(60))
                .genesis()
                .recorded(Scenario.START)
                .event("early", "{}");
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("is before 2026-11-21T03:01:00.137Z of the entry before");
    }

    @Test
    void entryAfterTheChainWasClosedIsAFailure() throws IOException {
        // Given
        TestLedger ledger = ledger();
        ledger.tenant("acme", false).chain(0).genesis().closed().event("after", "{}");
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("an entry after the chain was closed");
    }

    @Test
    void chainClosedInAnEarlierWindowMustStayIdle() throws IOException {
        // Given
        TestLedger ledger = ledger();
        ledger.tenant("acme", false).chain(0).genesis().closed();
        ledger.closeWindow();
        ledger.tenant("acme", false).chain(0).event("after", "{}");
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("chain acme/0 has entries after it was closed");
    }

    @Test
    void sourceEntryMustNameAnotherTopic() throws IOException {
        // Given
        TestLedger ledger = ledger();
        ledger.tenant("acme", false).chain(0).genesis().source("AAAAAAAAAAAAAAAAAAAAAA");
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("source entry names the topic id the chain already has");
    }

    @Test
    void sourceEntryOfALaterWindowMustNameAnotherTopicToo() throws IOException {
        // Given
        TestLedger ledger = ledger();
        ledger.tenant("acme", false).chain(0).genesis();
        ledger.closeWindow();
        ledger.closeWindow();
        ledger.tenant("acme", false).chain(0).source("AAAAAAAAAAAAAAAAAAAAAA");
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("chain acme/0: source entry names the topic id the chain already has");
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

    @ParameterizedTest(name = "duplicate of {0} with id {1}")
    @CsvSource({"1,other", "0,a", "2,a", "3,a"})
    void duplicateOfSomethingElseThanThatEventIsAFailure(long of, String id) throws IOException {
        // Given: seq 0 genesis, 1 the event, 2 a rejected value, 3 another event, 4 the duplicate itself
        TestLedger ledger = ledger();
        ledger.tenant("acme", false)
                .chain(0)
                .genesis()
                .octets("a", new byte[] {1}, "text/plain")
                .rejected("null-value", null)
                .octets("b", new byte[] {1}, "text/plain")
                .duplicate(id, "{}", of);
        ledger.closeWindow();

        // When
        VerificationReport report = verify(ledger);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("duplicateOf " + of + " is not an earlier event with this id and producer");
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
    void tenantsThatSeeDifferentRegistriesAreASplitView() throws IOException {
        // Given: two histories under the same keys, one tenant's bundle from each
        long seed = TestSeed.random("split").nextLong();
        TestLedger honest = new TestLedger(temp.resolve("a"), Scenario.START, seed);
        TestLedger other = new TestLedger(temp.resolve("b"), Scenario.START, seed + 1, honest.keys);
        for (TestLedger ledger : List.of(honest, other)) {
            ledger.tenant("acme", false).chain(0).genesis();
            ledger.tenant("globex", false).chain(0).genesis();
            ledger.closeWindow();
        }
        Scenario.deleteAll(honest.bucket.resolve(Scenario.path("globex", 0)));
        Scenario.copy(
                other.bucket.resolve(Scenario.path("globex", 0)), honest.bucket.resolve(Scenario.path("globex", 0)));

        // When
        VerificationReport report = verify(honest);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("split view: another registry for the window of 2026-11-21T03:00:00Z");
    }

    @Test
    void retiredKeyStandsForWhatItSignedInItsValidity() throws IOException {
        // Given
        TestLedger ledger = ledger();
        ledger.tenant("acme", false).chain(0).genesis();
        ledger.closeWindow();
        Path trustRoot = Files.write(
                temp.resolve("trust-root.json"), ledger.keys.trustRoot((a, b, c) -> b.status = KeyStatus.RETIRED));

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
