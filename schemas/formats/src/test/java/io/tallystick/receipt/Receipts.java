// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** What the tests of receipts share: a signed registry checkpoint, and the refusal that is expected. */
final class Receipts {
    static final String ORIGIN = "ledger.example.com";
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant END = Instant.parse("2030-01-01T00:00:00Z");
    static final Instant WINDOW_END = Instant.parse("2026-11-21T03:15:00Z");

    private Receipts() {}

    static AnchoredCheckpoint checkpoint(long size) {
        Checkpoint checkpoint = new Checkpoint(
                ORIGIN, new TreeHead(size, Hash.sha256(("root " + size).getBytes(StandardCharsets.UTF_8))));
        try {
            return AnchoredCheckpoint.parse(SignedNote.sign(
                            checkpoint.text(),
                            List.of(
                                    NoteSigners.of(ORIGIN, TestKeys.checkpointEd25519()),
                                    NoteSigners.of(ORIGIN, TestKeys.checkpointP256())))
                    .encode());
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    interface Verification {
        void run() throws Exception;
    }

    static void refused(ReceiptException.Fault fault, String words, Verification verification) {
        ReceiptException refusal = catchThrowableOfType(ReceiptException.class, verification::run);
        assertThat(refusal).isNotNull().hasMessageContaining(words);
        assertThat(refusal.fault()).as(refusal.getMessage()).isEqualTo(fault);
    }
}
