// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * Decides what a record of one partition of {@code ledger.entries} does to the trees of its chains. Processing and
 * rebuilding go through the same methods.
 *
 * <p>A record at or before the last one read changes nothing: the consumer group's offset may have been lost and set back,
 * the store's own position counts. For one thread.
 */
public final class PartitionTrees {
    private final Ledger ledger;
    private final int partition;
    private final TreeStore store;

    /**
     * What the trees must know of the ledger.
     *
     * @param origin origin of the ledger
     * @param partitions number of partitions of {@code ledger.entries}
     * @param windows the ledger's windows
     * @param partitionOf the one partition a chain may stand in, by the text of its id
     * @param policy when heads are cut between windows
     */
    public record Ledger(
            String origin, int partitions, ToIntFunction<String> partitionOf, WindowGrid windows, CutPolicy policy) {}

    /** @param partition the partition whose records will be offered */
    public PartitionTrees(Ledger ledger, int partition, TreeStore store) {
        this.ledger = ledger;
        this.partition = partition;
        this.store = store;
    }

    /** Whether the record was taken into account before. */
    public boolean covers(long offset) {
        return store.clock().filter(clock -> offset <= clock.last().offset()).isPresent();
    }

    /**
     * Goes on from the end of a window instead of from the beginning. The store holds the trees as they stood then.
     *
     * @param boundary where the boundary stands that ended the window
     * @param end the window's end
     */
    public void resume(RecordPosition boundary, Instant end) {
        store.put(new PartitionClock(boundary, end, end));
    }

    /** Whether the store holds a clock and exactly the trees the clock commits to. */
    public boolean intact() {
        return store.intact();
    }

    /**
     * Takes note of a head that exists, so that it is not cut again.
     *
     * @param size tree size of the head; nothing happens if the tree is smaller
     * @throws LedgerIntegrityException if the chain has no tree
     */
    public void acknowledge(ChainId chain, long size) {
        ChainTree tree = store.tree(chain.toString())
                .orElseThrow(() -> new LedgerIntegrityException(
                        "a head of chain " + chain + " exists, but none of its entries was found before it"));
        if (tree.size() >= size) {
            store.put(tree.knowing(new ChainTree.Cut(size, tree.recorded())));
        }
    }

    /**
     * Takes the partition's first record.
     *
     * @param partitions N as the record has it
     * @param origin the ledger's origin as the record has it
     * @param created where the ledger clock starts
     * @throws LedgerIntegrityException if it is not the first, or is another ledger's
     */
    public void begin(RecordPosition position, int partitions, String origin, Instant created) {
        if (store.clock().isPresent() || position.pseq() != 0) {
            throw violation(position, "an Init record with counter " + position.pseq() + " in the middle");
        }
        if (partitions != ledger.partitions() || !origin.equals(ledger.origin())) {
            throw violation(
                    position,
                    "ledger " + origin + " with " + partitions + " partitions, configured are " + ledger.origin()
                            + " with " + ledger.partitions());
        }
        store.put(new PartitionClock(position, created, ledger.windows().startOf(created)));
    }

    /**
     * Appends an entry to its chain's tree.
     *
     * @return a FAST head if enough entries have gathered
     * @throws LedgerIntegrityException as {@link ChainTree#append}; also if the counter has a gap, the chain belongs to
     *     another partition, or the entry lies before the partition's clock or after the open window
     */
    public Cuts append(StoredEntry stored) {
        PartitionClock clock = clock(stored.position());
        String chain = stored.chain();
        ChainTree tree = store.tree(chain).orElseGet(() -> begun(stored)).append(stored);
        Instant recorded = tree.recorded();
        if (recorded.isBefore(clock.now())) {
            throw new LedgerIntegrityException(stored.where(tree.chain()) + ": recorded " + recorded
                    + " lies before the ledger clock " + clock.now());
        }
        Instant end = ledger.windows().endOf(clock.window());
        if (!recorded.isBefore(end)) {
            throw new LedgerIntegrityException(stored.where(tree.chain()) + ": recorded " + recorded
                    + " lies after the open window, whose end " + end + " has no boundary");
        }
        PartitionClock followed = clock.follow(stored.position(), recorded);
        boolean due = ledger.policy().isDue(tree, recorded);
        ChainTree after = due ? tree.cutAt(recorded) : tree;
        store.put(chain, after);
        store.put(followed);
        return due ? new Cuts(List.of(fastHead(after, recorded)), Optional.empty()) : Cuts.NONE;
    }

    /** A chain's partition is checked once: whose tree is known belongs here. */
    private ChainTree begun(StoredEntry first) {
        ChainId chain = first.chainId();
        int expected = ledger.partitionOf().applyAsInt(chain.toString());
        if (expected != partition) {
            throw new LedgerIntegrityException(first.where(chain) + ": chain belongs to partition " + expected + " of "
                    + ledger.partitions() + ", found in " + partition);
        }
        return ChainTree.empty(chain);
    }

    /**
     * Crosses a boundary of the ledger clock.
     *
     * @param declared the partition the boundary says it stands in
     * @param time the instant crossed
     * @param window start of the window that ends there, if one does
     * @return FAST heads, or the window's heads and its end
     * @throws LedgerIntegrityException if the counter has a gap, the clock does not advance, or the boundary does not end
     *     exactly the open window where it should: a window that is closed stays closed
     */
    public Cuts cross(RecordPosition position, int declared, Instant time, Optional<Instant> window) {
        PartitionClock clock = clock(position);
        if (declared != partition) {
            throw violation(position, "boundary of partition " + declared);
        }
        if (!time.isAfter(clock.now())) {
            throw violation(position, "boundary " + time + " after the ledger clock had reached " + clock.now());
        }
        Instant end = ledger.windows().endOf(clock.window());
        Optional<Instant> due = time.isBefore(end) ? Optional.empty() : Optional.of(clock.window());
        if (time.isAfter(end) || !window.equals(due)) {
            throw violation(
                    position,
                    "boundary " + time + " ends window "
                            + window.map(Instant::toString).orElse("none") + ", open is the window from "
                            + clock.window() + " to " + end);
        }
        PartitionClock crossed = clock.follow(position, time);
        if (window.isEmpty()) {
            return new Cuts(fastHeads(crossed, time), Optional.empty());
        }
        List<Cuts.Head> heads = windowHeads(crossed.open(end), clock.window(), end);
        return new Cuts(heads, Optional.of(new Cuts.Closed(clock.window(), end, heads.size(), position.offset())));
    }

    private List<Cuts.Head> fastHeads(PartitionClock crossed, Instant time) {
        return cutAll(crossed, tree -> ledger.policy().isDueAtBoundary(tree, time), tree -> tree.cutAt(time)).stream()
                .map(tree -> fastHead(tree, time))
                .toList();
    }

    private Cuts.Head fastHead(ChainTree cut, Instant time) {
        return new Cuts.Head(cut, Cuts.Reason.FAST, ledger.windows().startOf(time), time);
    }

    private List<Cuts.Head> windowHeads(PartitionClock crossed, Instant start, Instant end) {
        boolean everyOpenChain = ledger.windows().beginsDay(start);
        return cutAll(
                        crossed,
                        tree -> tree.grewInWindow() || (everyOpenChain && !tree.closed()),
                        tree -> tree.cutAtWindowEnd(end))
                .stream()
                .map(tree -> new Cuts.Head(tree, Cuts.Reason.WINDOW, start, end))
                .toList();
    }

    /** Cuts the trees that are due, stores them and the clock; returns them as cut, ascending by the text of the chain id. */
    private List<ChainTree> cutAll(PartitionClock crossed, Predicate<ChainTree> due, UnaryOperator<ChainTree> cut) {
        SortedMap<String, ChainTree> after = new TreeMap<>();
        store.forEach(tree -> {
            if (due.test(tree)) {
                after.put(tree.chain().toString(), cut.apply(tree));
            }
        });
        after.forEach(store::put);
        store.put(crossed);
        return List.copyOf(after.values());
    }

    private PartitionClock clock(RecordPosition position) {
        return store.clock().orElseThrow(() -> violation(position, "the partition does not begin with an Init record"));
    }

    private LedgerIntegrityException violation(RecordPosition position, String fault) {
        return new LedgerIntegrityException(
                "partition " + partition + " of the entries, offset " + position.offset() + ": " + fault);
    }
}
