// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.registry.WindowHead;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.ProofException;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import io.tallystick.tree.TreeHead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/**
 * Writes entries of three chains and the ends of windows as the sequencer would, and knows what must come of them. Chain 0
 * lies in partition 0, chains 1 and 2 in partition 1.
 */
final class LedgerScript {
    static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));

    private final TestLedger ledger;
    private final Instant first;
    private final List<PartitionFeed> feeds = List.of(new PartitionFeed(0, 1), new PartitionFeed(1, 1));
    private final List<EntryChain> chains =
            List.of(TestLedger.chain("acme", 0), TestLedger.chain("acme", 1), TestLedger.chain("globex", 1));
    private final List<Integer> partitions = List.of(0, 1, 1);
    private final long[] registered = new long[chains.size()];
    private final List<SealedWindow> expected = new ArrayList<>();
    private final List<TreeHead> expectedHeads = new ArrayList<>();
    private Instant clock;

    /** @param first start of the first window, in which the ledger was created */
    LedgerScript(TestLedger ledger, Instant first) {
        this.ledger = ledger;
        this.first = first;
        this.clock = createdIn(first);
    }

    /** When a ledger is created whose first window this is. */
    static Instant createdIn(Instant first) {
        return first.plusSeconds(10);
    }

    /** Start of a window. */
    Instant window(int index) {
        return first.plus(GRID.size().multipliedBy(index));
    }

    EntryChain chain(int chain) {
        return chains.get(chain);
    }

    PartitionFeed feed(int partition) {
        return feeds.get(partition);
    }

    /** Number of heads that are cut, at windows' ends and between. */
    int heads() {
        return expectedHeads.size();
    }

    void write(int partition, String key, SpecificRecord record) {
        ledger.write(ledger.topics().entries(), partition, key, record);
    }

    /** An entry a second after the last one, or at the window's start. */
    void entry(int chain, Instant window) {
        clock = clock.isBefore(window) ? window : clock.plusSeconds(1);
        EntryChain of = chains.get(chain);
        byte[] entry = of.next(clock);
        int partition = partitions.get(chain);
        write(partition, of.id().toString(), feeds.get(partition).entry(of, entry));
    }

    /** Three entries for each of some chains; keeps what should come of the window. */
    void fill(int index, int... active) {
        List<WindowHead> heads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            for (int chain : active) {
                entry(chain, window(index));
            }
        }
        for (int chain = 0; chain < registered.length; chain++) {
            EntryChain of = chains.get(chain);
            boolean grew = of.size() > registered[chain];
            // The first window of a day has a head of every chain; one that did not grow is the same checkpoint again.
            if (grew || (of.size() > 0 && GRID.beginsDay(window(index)))) {
                heads.add(new WindowHead(of.id(), of.head()));
                expectedHeads.add(of.head());
                registered[chain] = of.size();
            }
        }
        CompactRange registry = expected.isEmpty()
                ? CompactRange.EMPTY
                : expected.get(expected.size() - 1).extended();
        expected.add(new RegistryBuilder(EntryChain.ORIGIN, GRID, ledger::blind).seal(registry, window(index), heads));
    }

    /** A window's end in one partition. */
    void end(int index, int partition) {
        write(partition, null, feeds.get(partition).windowEnd(window(index + 1), GRID.size()));
    }

    /** A whole window: entries for some chains, then its end in both partitions. */
    void writeWindow(int index, int... active) {
        fill(index, active);
        for (int partition = 0; partition < TestLedger.PARTITIONS; partition++) {
            end(index, partition);
        }
    }

    /** The instant at which a chain with new entries gets a head that is not registered. */
    void checkpoint(Instant time, int chain) {
        for (int partition = 0; partition < TestLedger.PARTITIONS; partition++) {
            write(partition, null, feeds.get(partition).checkpoint(time));
        }
        clock = time;
        expectedHeads.add(chains.get(chain).head());
    }

    List<SignedCheckpoint> registryCheckpoints() {
        return ledger.checkpoints().stream()
                .filter(checkpoint -> checkpoint.getOrigin().equals(EntryChain.ORIGIN))
                .toList();
    }

    /** Waits until so many windows are signed, or something is fatal. */
    void awaitSealed(int windows, List<Throwable> fatal) {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> !fatal.isEmpty() || registryCheckpoints().size() >= windows);
        assertThat(fatal).isEmpty();
    }

    /** All windows and all checkpoints are exactly those that an outsider computes from the entries. */
    void requireExpected() throws NoteException, ProofException {
        assertThat(ledger.registered()).containsExactlyElementsOf(expected);
        List<SignedCheckpoint> registry = registryCheckpoints();
        assertThat(registry).hasSameSizeAs(expected);
        for (int i = 0; i < registry.size(); i++) {
            SealedWindow window = expected.get(i);
            Checkpoint checkpoint =
                    Checkpoint.parse(ledger.verify(registry.get(i)).text());
            assertThat(checkpoint.head()).isEqualTo(window.extended().head());
            assertThat(registry.get(i).getWindowStart()).isEqualTo(window.start());
            requireProofs(window, checkpoint.head());
        }
        List<SignedCheckpoint> all = ledger.checkpoints();
        assertThat(all.stream().filter(checkpoint -> !registry.contains(checkpoint)))
                .extracting(checkpoint -> new TreeHead(checkpoint.getSize(), HeadRecords.hash(checkpoint.getRoot())))
                .containsExactlyInAnyOrderElementsOf(expectedHeads);
        for (SignedCheckpoint checkpoint : all) {
            ledger.verify(checkpoint);
        }
    }

    private static void requireProofs(SealedWindow window, TreeHead head) throws ProofException {
        List<Hash> leaves = window.leaves().stream()
                .map(Bytes::toByteArray)
                .map(Rfc6962::leafHash)
                .toList();
        TreeExtension extension = new TreeExtension(window.previous(), leaves);
        for (int i = 0; i < leaves.size(); i++) {
            long index = window.previous().size() + i;
            Proofs.verifyInclusion(head, index, leaves.get(i), extension.inclusionProof(index));
        }
        if (window.previous().size() > 0) {
            Proofs.verifyConsistency(window.previous().head(), head, extension.consistencyProof());
        }
    }
}
