// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bench.faults.check.Finding.Kind;
import java.time.InstantSource;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The oracle sees each kind of damage, and says which. */
class AuditTest {
    private final History history = History.of(10);

    private Map<Kind, Long> found() {
        Findings findings = history.judge();
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            if (findings.count(kind) != 0) {
                counts.put(kind, findings.count(kind));
            }
        }
        return counts;
    }

    @Test
    void aTrueLedgerIsFoundToBeOne() {
        // When, Then
        assertThat(found()).isEmpty();
    }

    @Test
    void abortedRecordsAndMarkersBetweenCommittedOnesAreNotMissed() {
        // Given
        history.source.set(4, Optional.empty());
        history.journal.set(9, "X 4");
        history.drafts.remove(5);
        history.entryOf(4).from = 4;
        history.renumber();

        // When, Then
        assertThat(found()).isEmpty();
    }

    @Test
    void aRecordWithoutAcknowledgementMayBeThere() {
        // Given
        history.journal.remove(9);

        // When, Then
        assertThat(found()).isEmpty();
    }

    @Test
    void aRecordWithoutAcknowledgementMayBeAbsent() {
        // Given
        history.journal.add("S 10 acme/0 aa");

        // When, Then
        assertThat(found()).isEmpty();
    }

    @Test
    void aLostRecordIsFoundThoughItsNeighbourCoversItsOffset() {
        // Given
        history.drafts.remove(5);
        history.entryOf(4).from = 4;
        history.renumber();

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.LOST, 1L));
    }

    @Test
    void aLostRecordIsFoundWhereNothingCoversItsOffset() {
        // Given
        history.drafts.remove(5);
        history.renumber();

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.LOST, 1L, Kind.IRREGULAR, 1L));
    }

    @Test
    void aLostTailIsFound() {
        // Given
        history.drafts.remove(10);
        history.drafts.remove(9);

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.LOST, 2L));
    }

    @Test
    void anEntryMissingFromItsChainIsFound() {
        // Given: later entries keep their numbers
        history.drafts.remove(5);
        history.entryOf(4).from = 4;

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.LOST, 2L));
    }

    @Test
    void anAcknowledgedRecordThatTheSourceLostIsFound() {
        // Given
        history.source.set(4, Optional.empty());
        history.drafts.remove(5);
        history.entryOf(4).from = 4;
        history.renumber();

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.LOST, 1L));
    }

    @Test
    void anAcknowledgedRecordBeyondTheEndOfTheSourceIsFound() {
        // Given
        history.journal.add("S 10 acme/0 aa");
        history.journal.add("A 10 10");

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.LOST, 1L));
    }

    @Test
    void aGapCountsAsLoss() {
        // Given
        history.entryOf(4).kind = "gap";

        // When, Then
        assertThat(found()).containsEntry(Kind.LOST, 2L);
    }

    @Test
    void aMissingRecordOfThePartitionIsFound() {
        // Given
        history.entryOf(4).pseq = Optional.of(7L);

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.LOST, 1L));
    }

    @Test
    void aDuplicatedRecordIsFound() {
        // Given
        History.Draft again = History.of(10).entryOf(4);
        again.id = "another";
        history.drafts.add(7, again);
        history.renumber();

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.DUPLICATED, 1L));
    }

    @Test
    void aRecordTheSourceHasOftenerThanItWasSentIsFound() {
        // Given: acknowledged once
        history.journal.remove(19);
        history.journal.remove(18);

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.DUPLICATED, 1L));
    }

    @Test
    void aRecordOfAnAbortedTransactionIsFound() {
        // Given
        history.journal.set(9, "X 4");

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.ALTERED, 1L));
    }

    @Test
    void reorderedRecordsAreFoundAndNotCalledLost() {
        // Given
        history.drafts.add(7, history.drafts.remove(5));
        history.renumber();

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.REORDERED, 1L, Kind.IRREGULAR, 1L));
    }

    @Test
    void aForkIsFoundThoughWhatFollowsIsLinkedToIt() {
        // Given: two entries 5
        history.drafts.add(6, History.of(10).entryOf(4));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.FORKED, 1L, Kind.DUPLICATED, 1L));
    }

    @Test
    void aWrongLinkIsFound() {
        // Given
        history.entryOf(4).prev = Optional.of("ab".repeat(32));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.FORKED, 1L));
    }

    @Test
    void aSecondGenesisIsFound() {
        // Given
        history.entryOf(4).kind = "genesis";

        // When, Then
        assertThat(found()).containsEntry(Kind.FORKED, 1L).containsEntry(Kind.LOST, 1L);
    }

    @Test
    void aRecordOfThePartitionThatIsThereTwiceIsFound() {
        // Given
        history.entryOf(4).pseq = Optional.of(4L);

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.FORKED, 1L));
    }

    @Test
    void aWrongCommitmentIsFound() {
        // Given
        history.entryOf(4).commit = Optional.of("ab".repeat(32));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.ALTERED, 1L));
    }

    @Test
    void anotherPayloadIsFoundThoughTheEntryCommitsToIt() {
        // Given
        history.entryOf(4).value = "{\"n\":44}";

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.ALTERED, 1L));
    }

    @Test
    void aSourceThatHoldsSomethingElseThanWasAcknowledgedIsFound() {
        // Given
        history.source.set(4, Optional.of("{\"n\":44}"));
        history.entryOf(4).value = "{\"n\":44}";

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.ALTERED, 1L));
    }

    @Test
    void anEntryOfARecordThatWasNeverCommittedIsFound() {
        // Given
        history.source.set(4, Optional.empty());
        history.journal.remove(9);

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.ALTERED, 1L));
    }

    @Test
    void anEntryBeyondTheEndOfTheSourceIsFound() {
        // Given
        history.entryOf(9).next = 12;

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.ALTERED, 1L, Kind.LOST, 1L));
    }

    @Test
    void timeThatGoesBackwardsIsFound() {
        // Given
        history.entryOf(4).recorded = "2026-11-21T03:15:00.122Z";

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.IRREGULAR, 1L));
    }

    @Test
    void timeThatIsYetToComeIsFound() {
        // Given a minute after the checker's
        history.entryOf(9).recorded = "2026-11-21T03:17:00.000Z";

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.IRREGULAR, 1L));
    }

    private Checkpoint checkpoint(String origin, int size, String root, int window) {
        String text = origin + "\n" + size + "\n"
                + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(root)) + "\n";
        return new Checkpoint(origin, size, root, 10_000L * window, text + "\n\u2014 name c2ln\n");
    }

    private static String root(int number) {
        return Digests.plain(History.bytes("root " + number));
    }

    @Test
    void checkpointsOfTheChainAndOfWindowsInOrderAreFoundToBeTrue() {
        // Given
        for (int size = 1; size <= 11; size++) {
            history.checkpoints.add(checkpoint("l/acme/0", size, history.root(size), 3));
        }
        for (int window = 0; window < 4; window++) {
            history.checkpoints.add(checkpoint("l", 10 * window + 5, root(window), window));
        }

        // When, Then
        assertThat(found()).isEmpty();
    }

    @Test
    void twoRootsOfOneSizeAreFound() {
        // Given
        history.checkpoints.add(checkpoint("l", 5, root(1), 1));
        history.checkpoints.add(checkpoint("l", 5, root(2), 2));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.FORKED, 1L));
    }

    @Test
    void aRootThatTheEntriesDoNotHaveIsFoundWhicheverComesFirst() {
        // Given
        history.checkpoints.add(checkpoint("l/acme/0", 4, history.root(5), 1));
        history.early.add(checkpoint("l/acme/0", 6, history.root(5), 1));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.FORKED, 2L));
    }

    @Test
    void aCheckpointOfMoreEntriesThanThereAreIsFound() {
        // Given
        history.checkpoints.add(checkpoint("l/acme/0", 12, root(1), 1));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.ALTERED, 1L));
    }

    @Test
    void aWindowThatIsLeftOutOrSealedTwiceIsFound() {
        // Given
        history.checkpoints.add(checkpoint("l", 5, root(1), 1));
        history.checkpoints.add(checkpoint("l", 6, root(2), 3));
        history.checkpoints.add(checkpoint("l", 6, root(2), 3));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.IRREGULAR, 2L));
    }

    @Test
    void aNoteThatSaysSomethingElseOrIsNotSignedIsFound() {
        // Given
        Checkpoint other = checkpoint("l", 6, root(2), 2);
        history.checkpoints.add(new Checkpoint("l", 5, root(1), 10_000, other.note()));
        String unsigned = other.note().substring(0, other.note().indexOf("\u2014"));
        history.checkpoints.add(new Checkpoint("l", 6, root(2), 20_000, unsigned));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.IRREGULAR, 2L));
    }

    @Test
    void aCheckpointOfAnotherLedgerIsFound() {
        // Given
        history.checkpoints.add(checkpoint("m", 5, root(1), 1));

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.IRREGULAR, 1L));
    }

    @Test
    void aDuplicateOfNothingIsFound() {
        // Given
        history.entryOf(4).extra = ",\"duplicateOf\":2";

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.IRREGULAR, 1L));
    }

    @Test
    void aTrueDuplicateMayBeMarked() {
        // Given
        history.entryOf(4).id = "id-1";
        history.entryOf(4).extra = ",\"duplicateOf\":2";

        // When, Then
        assertThat(found()).isEmpty();
    }

    @Test
    void anUnmarkedDuplicateIsFoundWherePoliciesAreInForce() {
        // Given
        History.Draft config = new History.Draft();
        config.kind = "control";
        config.extra = ",\"type\":\"ledger.config\"";
        history.drafts.add(1, config);
        history.renumber();
        history.drafts.get(6).id = "id-1";

        // When, Then
        assertThat(found()).isEqualTo(Map.of(Kind.IRREGULAR, 1L));
    }

    @Test
    void anUnmarkedDuplicateIsAllowedBeforePoliciesAreInForce() {
        // Given
        history.entryOf(4).id = "id-1";

        // When, Then
        assertThat(found()).isEmpty();
    }

    @Test
    void anUnknownKindIsFound() {
        // Given
        history.drafts.get(0).kind = "preface";

        // When, Then
        assertThat(found()).containsKey(Kind.IRREGULAR);
    }

    @Test
    void anEntryThatIsNoJsonIsFound() {
        // Given
        history.entryOf(4).extra = "}";

        // When, Then
        assertThat(found()).containsKey(Kind.IRREGULAR).containsKey(Kind.LOST);
    }

    @Test
    void aChainInTwoPartitionsIsFound() {
        // Given
        Audit audit = new Audit("ledger.in.", Set.of(), Optional.empty(), InstantSource.system());
        LedgerRecord.Line line = new LedgerRecord.Line(
                History.CHAIN,
                0,
                History.bytes("{\"chain\":\"acme/0\",\"kind\":\"genesis\",\"prev\":\"" + "0".repeat(64)
                        + "\",\"recorded\":\"\",\"seq\":0}"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        audit.ledger(0, new LedgerRecord(0, LedgerRecord.Type.INIT, Optional.empty()));
        audit.ledger(0, new LedgerRecord(1, LedgerRecord.Type.ENTRY, Optional.of(line)));
        audit.ledger(1, new LedgerRecord(0, LedgerRecord.Type.INIT, Optional.empty()));

        // When
        audit.ledger(1, new LedgerRecord(1, LedgerRecord.Type.ENTRY, Optional.of(line)));

        // Then
        assertThat(audit.findings().first()).extracting(Finding::kind).containsExactly(Kind.FORKED, Kind.FORKED);
    }
}
