// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import io.tallystick.tree.TreeHead;
import io.tallystick.vectors.Vectors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A small log made by another implementation, read with ours. */
class TesseraLogTest {
    private static final String LOG = "tlog-tiles/tessera-log/";
    private static final String VKEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
    private static final int SIZE = 15;

    @Test
    void everyCheckpointVerifiesAndComesBackByteForByte() throws NoteException {
        for (int size = 0; size <= SIZE; size++) {
            // Given
            byte[] published = Vectors.bytes(LOG + "checkpoint." + size);

            // When
            SignedNote note = SignedNote.parse(published);
            Checkpoint checkpoint = Checkpoint.parse(note.text());

            // Then
            assertThat(note.verify(List.of(NoteVerifiers.parseVkey(VKEY)))).hasSize(1);
            assertThat(note.encode()).isEqualTo(published);
            assertThat(checkpoint.text()).isEqualTo(note.text());
            assertThat(checkpoint.head().size()).isEqualTo(size);
        }
    }

    @Test
    void entriesHashToTheTilesAndTheTilesToTheCheckpoints() throws Exception {
        // Given
        List<Hash> leaves = entries().stream().map(Rfc6962::leafHash).toList();
        CompactRange range = CompactRange.EMPTY;
        for (int size = 1; size <= SIZE; size++) {
            // When
            TreeExtension tree = new TreeExtension(range, leaves.subList(size - 1, size));

            // Then
            assertThat(tile(size)).isEqualTo(leaves.subList(0, size));
            assertThat(tree.head()).isEqualTo(published(size));
            if (size > 1) {
                Proofs.verifyConsistency(published(size - 1), published(size), tree.consistencyProof());
            }
            range = tree.extended();
        }
    }

    private static TreeHead published(int size) throws NoteException {
        SignedNote note = SignedNote.parse(Vectors.bytes(LOG + "checkpoint." + size));
        return Checkpoint.parse(note.text()).head();
    }

    private static List<Hash> tile(int size) {
        ByteBuffer tile = ByteBuffer.wrap(Vectors.bytes(LOG + "tile/0/000.p/" + size));
        List<Hash> hashes = new ArrayList<>();
        while (tile.hasRemaining()) {
            byte[] hash = new byte[Hash.LENGTH];
            tile.get(hash);
            hashes.add(Hash.of(hash));
        }
        return hashes;
    }

    private static List<byte[]> entries() {
        ByteBuffer bundle = ByteBuffer.wrap(Vectors.bytes(LOG + "tile/entries/000.p/" + SIZE));
        List<byte[]> entries = new ArrayList<>();
        while (bundle.hasRemaining()) {
            byte[] entry = new byte[Short.toUnsignedInt(bundle.getShort())];
            bundle.get(entry);
            entries.add(entry);
        }
        return entries;
    }
}
