// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.AnchorKind;
import io.tallystick.avro.AnchorProgress;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.avro.Cut;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class WindowTableTest {
    private static final String ORIGIN = "ledger.example.com";
    private static final Duration SIZE = Duration.ofMinutes(15);
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final ByteBuffer HASH = ByteBuffer.wrap(new byte[32]);

    private final Map<Integer, Instant> exported = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();
    private final List<SpecificRecord> records = new ArrayList<>();

    private void closed(Instant start, int partition) {
        records.add(PartitionClosed.newBuilder()
                .setPartition(partition)
                .setWindowStart(start)
                .setWindowEnd(start.plus(SIZE))
                .setHeads(0)
                .setEntriesOffset(1)
                .build());
    }

    private void registered(Instant start) {
        records.add(RegistryWindow.newBuilder()
                .setWindowStart(start)
                .setWindowEnd(start.plus(SIZE))
                .setPart(0)
                .setParts(1)
                .setFirstIndex(0)
                .setLeaves(List.of())
                .setPreviousSize(0)
                .setPreviousFrontier(List.of())
                .setSize(1)
                .setRoot(HASH)
                .build());
    }

    private void signed(Instant start, String origin) {
        records.add(SignedCheckpoint.newBuilder()
                .setOrigin(origin)
                .setSize(1)
                .setRoot(HASH)
                .setNote(HASH)
                .setCut(Cut.WINDOW)
                .setWindowStart(start)
                .build());
    }

    private void exported(Instant last, int... partitions) {
        for (int partition : partitions) {
            exported.put(partition, last);
        }
    }

    private void said(Instant start, String anchor, AttestationState state) {
        said(start, anchor, AnchorKind.WITNESS, state);
    }

    private void said(Instant start, String anchor, AnchorKind kind, AttestationState state) {
        records.add(Attestation.newBuilder()
                .setRegistrySize(1)
                .setWindowStart(start)
                .setAnchor(anchor)
                .setKind(kind)
                .setState(state)
                .setAttempts(1)
                .build());
    }

    /** An id and its type. */
    private void configured(String... anchors) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < anchors.length; i += 2) {
            ids.add(anchors[i]);
            properties.put("ledger.anchor." + anchors[i] + ".type", anchors[i + 1]);
        }
        properties.put("ledger.anchors", String.join(", ", ids));
    }

    private WindowTable table() {
        WindowTable table = new WindowTable(ORIGIN, 2, SIZE, ConfiguredAnchors.of(properties), exported);
        records.forEach(table::add);
        return table;
    }

    private List<WindowRow> rows() {
        return table().rows(9);
    }

    private WindowRow first() {
        return rows().get(0);
    }

    private static Instant window(int index) {
        return START.plus(SIZE.multipliedBy(index));
    }

    @Test
    void aLedgerWithoutWindowsHasNoRows() {
        assertThat(rows()).isEmpty();
    }

    @Test
    void itIsSignedAndExportedAsFarAsTheLastOfAllIs() {
        assertThat(table().signedUntil()).isEmpty();
        assertThat(table().exportedUntil()).isEmpty();

        closed(window(2), 0);
        registered(window(2));
        signed(window(3), ORIGIN + "/acme/0");
        exported(window(1), 0);
        assertThat(table().signedUntil()).isEmpty();
        assertThat(table().exportedUntil()).isEmpty();

        signed(window(1), ORIGIN);
        exported(window(0), 1);
        assertThat(table().signedUntil()).contains(window(2));
        assertThat(table().exportedUntil()).contains(window(1));
    }

    @Test
    void aWindowGoesThroughItsStatesAndSaysWhatItWaitsFor() {
        closed(START, 1);
        assertThat(first().state()).isEqualTo(WindowRow.State.OPEN);
        assertThat(first().waitsFor()).containsExactly("partitions [0]");

        closed(START, 0);
        assertThat(first().waitsFor()).containsExactly("the registry");

        registered(START);
        assertThat(first().waitsFor()).containsExactly("the signer");

        signed(START, ORIGIN);
        assertThat(first().state()).isEqualTo(WindowRow.State.SEALED);
        assertThat(first().waitsFor()).containsExactly("export of partitions [0, 1]");

        exported(START, 0, 1);
        assertThat(first().waitsFor()).isEmpty();
        assertThat(first().text())
                .isEqualTo("2026-11-21T12:00:00.000Z  sealed      yes     -         -             -       yes");
    }

    @Test
    void everyKindOfAnchorHasItsColumn() {
        configured("w1", "witness", "w2", "witness", "t", "tsa", "r", "rekor", "log", "log");
        signed(START, ORIGIN);
        said(START, "w2", AttestationState.CONFIRMED);
        said(START, "log", AnchorKind.LOCAL_LOG, AttestationState.CONFIRMED);

        assertThat(WindowRow.header())
                .isEqualTo("window                    state       signed  cosigned  time-stamped  logged  exported"
                        + "  waits for");
        assertThat(first().text())
                .isEqualTo("2026-11-21T12:00:00.000Z  sealed      yes     1/2       0/1           1/2     no      "
                        + "  anchor r, anchor t, anchor w1, export of partitions [0, 1]");
        assertThat(first().json().toString())
                .contains("cosigned", "timeStamped", "logged", "local-log", "awaited", "anchor w1");
    }

    @Test
    void configuredAnchorsThatNeverAnsweredAreWaitedFor() {
        configured("silent", "witness");
        signed(START, ORIGIN);
        exported(START, 0, 1);

        assertThat(first().waitsFor()).containsExactly("anchor silent");
        assertThat(first().text()).contains(" 0/1 ");
    }

    @Test
    void anAnchorThatIsConfiguredNoMoreIsNotWaitedFor() {
        configured("w2", "witness");
        signed(window(1), ORIGIN);
        said(START, "w1", AttestationState.CONFIRMED);

        WindowRow row = rows().get(1);

        assertThat(row.anchors()).extracting(WindowRow.Party::id).containsExactly("w2");
        assertThat(first().anchors())
                .extracting(WindowRow.Party::answer)
                .containsExactly(WindowRow.Answer.CONFIRMED, WindowRow.Answer.AWAITED);
    }

    @Test
    void anAnchorThatConfirmedALaterWindowCoversTheEarlier() {
        configured("w1", "witness", "w2", "witness");
        signed(window(2), ORIGIN);
        said(window(2), "w1", AttestationState.CONFIRMED);
        said(START, "w2", AttestationState.REJECTED);
        said(window(2), "w2", AttestationState.CONFIRMED);

        assertThat(first().anchors())
                .extracting(WindowRow.Party::answer)
                .containsExactly(WindowRow.Answer.COVERED, WindowRow.Answer.REFUSED);
        assertThat(rows().get(1).waitsFor()).noneMatch(text -> text.contains("anchor"));
        assertThat(first().text()).contains("(refused by w2)");
    }

    private void progress(String anchor, Long stoppedSize, String reason) {
        records.add(AnchorProgress.newBuilder()
                .setAnchor(anchor)
                .setCheckpointsOffset(1)
                .setSettled(List.of())
                .setConfirmedSize(1)
                .setRegistryOffset(0)
                .setStoppedSize(stoppedSize)
                .setStoppedReason(reason)
                .build());
    }

    @Test
    void anAnchorThatHasContradictedUsIsToldFromASlowOne() {
        configured("w1", "witness", "w2", "witness");
        signed(window(1), ORIGIN);
        exported(window(1), 0, 1);
        said(START, "w1", AttestationState.CONFIRMED);
        progress("w1", 7L, "it finds the proof wrong: HTTP 422: ");
        progress("w2", null, null);
        progress("w3", 5L, "of an earlier configuration");

        assertThat(first().anchors())
                .extracting(WindowRow.Party::answer)
                .containsExactly(WindowRow.Answer.CONFIRMED, WindowRow.Answer.AWAITED);
        WindowRow later = rows().get(1);
        assertThat(later.waitsFor()).containsExactly("anchor w2", "anchor w1 (stopped)");
        assertThat(later.text()).endsWith("anchor w2, anchor w1 (stopped)");
        assertThat(later.json().toString())
                .contains("stopped", "it finds the proof wrong: HTTP 422: ")
                .contains("7");
        assertThat(table().stops())
                .containsExactly(Map.entry("w1", new WindowRow.Stop(7, "it finds the proof wrong: HTTP 422: ")));
        assertThat(table().stops().get("w1").text("w1"))
                .isEqualTo(
                        "anchor w1 is stopped: it has seen another history of this ledger than the registry of size 7:"
                                + " it finds the proof wrong: HTTP 422: ");
    }

    @Test
    void anAnchorThatGoesOnAfterARestartIsStoppedNoMore() {
        configured("w1", "witness");
        signed(START, ORIGIN);
        progress("w1", 7L, "another root");
        progress("w1", null, null);

        assertThat(table().stops()).isEmpty();
        assertThat(first().waitsFor()).contains("anchor w1");
    }

    @Test
    void whatIsNotCommittedInAllPartitionsIsNotExported() {
        signed(window(1), ORIGIN);
        closed(START, 0);
        exported(window(1), 0);
        assertThat(first().waitsFor()).containsExactly("export of partitions [1]");

        exported(START, 1);

        assertThat(first().waitsFor()).isEmpty();
        assertThat(rows().get(1).waitsFor()).containsExactly("export of partitions [1]");
    }

    @Test
    void aWindowIsSealedIfALaterOneIsSigned() {
        closed(START, 0);
        registered(window(1));
        signed(window(3), ORIGIN);

        assertThat(rows())
                .extracting(WindowRow::state)
                .containsExactly(
                        WindowRow.State.SEALED,
                        WindowRow.State.SEALED,
                        WindowRow.State.SEALED,
                        WindowRow.State.SEALED,
                        WindowRow.State.OPEN);
        assertThat(rows()).extracting(WindowRow::start).startsWith(START, window(1), window(2), window(3));
    }

    @Test
    void anAnswerAboutAWindowShowsThatItIsSigned() {
        registered(START);
        said(START, "w1", AttestationState.COVERED_BY);

        assertThat(first().state()).isEqualTo(WindowRow.State.SEALED);
    }

    @Test
    void whatTheSignerHasCommittedIsSignedThoughItsCheckpointIsNotRead() {
        registered(START);
        registered(window(1));
        WindowTable table = table();

        table.signed(START);

        assertThat(table.rows(9))
                .extracting(WindowRow::state)
                .containsExactly(WindowRow.State.SEALED, WindowRow.State.REGISTERED, WindowRow.State.OPEN);
    }

    @Test
    void aChainsCheckpointSealsNoWindow() {
        registered(START);
        signed(START, ORIGIN + "/acme/0");

        assertThat(first().state()).isEqualTo(WindowRow.State.REGISTERED);
    }

    @Test
    void withoutConfigurationThoseHeardOfAreWaitedFor() {
        signed(START, ORIGIN);
        said(START, "w1", AttestationState.PENDING);
        said(START, "w2", AttestationState.CONFIRMED);
        said(START, "w3", AttestationState.REJECTED);
        said(START, "w4", AttestationState.COVERED_BY);

        assertThat(first().text()).contains(" 2/4 ");
        assertThat(first().waitsFor()).contains("anchor w1").noneMatch(text -> text.contains("w3"));
        said(START, "w1", AttestationState.CONFIRMED);
        assertThat(first().waitsFor()).noneMatch(text -> text.contains("anchor"));
    }

    @Test
    void theWindowAfterTheLastRegisteredOneIsOpen() {
        registered(START);

        assertThat(rows())
                .extracting(WindowRow::state)
                .containsExactly(WindowRow.State.REGISTERED, WindowRow.State.OPEN);
        assertThat(table().rows(1)).extracting(WindowRow::start).containsExactly(START.plus(SIZE));
    }

    @Test
    void whatWasNotReadIsTakenAsDoneWhereLaterRecordsShowIt() {
        signed(START, ORIGIN);

        assertThat(first().open()).isEmpty();
        assertThat(first().json().toString()).contains("sealed");
    }
}
