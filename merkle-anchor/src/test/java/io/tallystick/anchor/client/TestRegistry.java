// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.RegistryHistory;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.receipt.ReceiptClock;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;

/** A registry whose windows have five leaves each, with its signed checkpoints. Two with different names fork each other. */
final class TestRegistry {
    static final String ORIGIN = "ledger.example.com";
    static final Duration WINDOW = Duration.ofMinutes(15);

    /** Long ago: some parties of the tests go by the real clock. */
    static final Instant START = Instant.parse("2024-11-21T03:00:00Z");

    private static final int LEAVES = 5;

    private final String name;

    TestRegistry(String name) {
        this.name = name;
    }

    /** Size after the n-th window, from 1. */
    static long size(int n) {
        return (long) LEAVES * n;
    }

    private List<Hash> leaves(long from, long to) {
        return LongStream.range(from, to)
                .mapToObj(i -> Rfc6962.leafHash((name + i).getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    RegistryCheckpoint checkpoint(int n) {
        try {
            TreeExtension tree = new TreeExtension(CompactRange.EMPTY, leaves(0, size(n)));
            byte[] text = new Checkpoint(ORIGIN, tree.head()).text();
            SignedNote note = SignedNote.sign(
                    text,
                    List.of(
                            NoteSigners.of(ORIGIN, TestKeys.checkpointEd25519()),
                            NoteSigners.of(ORIGIN, TestKeys.checkpointP256())));
            return new RegistryCheckpoint(size(n), START.plus(WINDOW.multipliedBy(n)), n, Bytes.wrap(note.encode()));
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The n-th checkpoint, to an anchor that confirmed the k-th last (0: none), with proofs from every window's end. */
    Submission submission(int n, int confirmed) {
        RegistryHistory history = new RegistryHistory(CompactRange.EMPTY);
        for (int i = 0; i < n; i++) {
            history.append(size(i), leaves(size(i), size(i + 1)));
        }
        // A history begins at its first window; one of no leaves would prove from nowhere else.
        return new Submission(checkpoint(n), size(confirmed), history.upTo(size(n)));
    }

    /** A ledger's process whose clock stands at an instant. */
    static ReceiptClock clockAt(Instant here) {
        return new ReceiptClock(WINDOW, () -> here);
    }

    static NoteVerifier verifier() {
        return NoteSigners.of(ORIGIN, TestKeys.checkpointEd25519()).verifier();
    }
}
