// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.AnchorKind;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.avro.Cut;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.PartitionExported;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowTableTest {
    private static final String ORIGIN = "ledger.example.com";
    private static final Duration SIZE = Duration.ofMinutes(15);
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final ByteBuffer HASH = ByteBuffer.wrap(new byte[32]);

    private final WindowTable table = new WindowTable(ORIGIN, 2, SIZE);

    private void closed(Instant start, int partition) {
        table.add(PartitionClosed.newBuilder()
                .setPartition(partition)
                .setWindowStart(start)
                .setWindowEnd(start.plus(SIZE))
                .setHeads(0)
                .setEntriesOffset(1)
                .build());
    }

    private void registered(Instant start) {
        table.add(RegistryWindow.newBuilder()
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
        table.add(SignedCheckpoint.newBuilder()
                .setOrigin(origin)
                .setSize(1)
                .setRoot(HASH)
                .setNote(HASH)
                .setCut(Cut.WINDOW)
                .setWindowStart(start)
                .build());
    }

    private void exported(Instant start, int partition) {
        table.add(PartitionExported.newBuilder()
                .setEntriesPartition(partition)
                .setWindowStart(start)
                .setWindowEnd(start.plus(SIZE))
                .setChains(0)
                .build());
    }

    private void said(Instant start, String anchor, AttestationState state) {
        table.add(Attestation.newBuilder()
                .setRegistrySize(1)
                .setWindowStart(start)
                .setAnchor(anchor)
                .setKind(AnchorKind.WITNESS)
                .setState(state)
                .setAttempts(1)
                .build());
    }

    private WindowRow first() {
        return table.rows(9).get(0);
    }

    @Test
    void aLedgerWithoutWindowsHasNoRows() {
        assertThat(table.rows(5)).isEmpty();
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

        exported(START, 0);
        exported(START, 1);
        assertThat(first().waitsFor()).isEmpty();
        assertThat(first().text()).isEqualTo("2026-11-21T12:00:00.000Z  sealed      anchored 0/0  exported");
    }

    @Test
    void aChainsCheckpointSealsNoWindow() {
        registered(START);
        signed(START, ORIGIN + "/acme/0");

        assertThat(first().state()).isEqualTo(WindowRow.State.REGISTERED);
    }

    @Test
    void anAnchorThatHasNotAnsweredIsWaitedFor() {
        signed(START, ORIGIN);
        said(START, "w1", AttestationState.PENDING);
        said(START, "w2", AttestationState.CONFIRMED);
        said(START, "w3", AttestationState.REJECTED);
        said(START, "w4", AttestationState.COVERED_BY);

        assertThat(first().confirmed()).containsExactly("w2", "w4");
        assertThat(first().refused()).containsExactly("w3");
        assertThat(first().waitsFor()).contains("anchor w1").doesNotContain("anchor w3");
        said(START, "w1", AttestationState.CONFIRMED);
        assertThat(first().waitsFor()).doesNotContain("anchor w1");
    }

    @Test
    void theWindowAfterTheLastRegisteredOneIsOpen() {
        registered(START);

        assertThat(table.rows(9))
                .extracting(WindowRow::state)
                .containsExactly(WindowRow.State.REGISTERED, WindowRow.State.OPEN);
        assertThat(table.rows(1)).extracting(WindowRow::start).containsExactly(START.plus(SIZE));
    }

    @Test
    void whatWasNotReadIsTakenAsDoneWhereLaterRecordsShowIt() {
        signed(START, ORIGIN);

        assertThat(first().open()).isEmpty();
        assertThat(first().json().toString()).contains("sealed");
    }
}
