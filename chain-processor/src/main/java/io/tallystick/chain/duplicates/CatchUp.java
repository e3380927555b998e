// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.duplicates.IndexCodec.Watermark;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.EntriesRecords;
import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.chain.sequence.Identities.Seen;
import io.tallystick.chain.sequence.Identity;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.entry.Entry;
import io.tallystick.entry.Event;
import io.tallystick.entry.Salt;
import io.tallystick.topic.TenantPolicies;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * Brings an index to the end of the entries topic before a task writes anything.
 *
 * <pre>
 * index ends with the topic's last record         nothing to do
 * index ends with an earlier record of the topic  read what follows it
 * empty, damaged, of another history, too old     forget it, read the window
 * no chain remembers events                       leave it alone
 * </pre>
 */
public final class CatchUp {
    private static final int RECORDS_A_WRITE = 2_048;

    private final DuplicateIndex index;
    private final int partition;
    private final Map<String, ChainState> chains;
    private final History history;

    private Optional<Watermark> after = Optional.empty();
    private boolean contradicted;
    private long applied;

    /**
     * @param index the index of the partition
     * @param partition partition of the entries topic
     * @param chains states of its chains by chain id
     * @param history its records
     */
    public CatchUp(DuplicateIndex index, int partition, Map<String, ChainState> chains, History history) {
        this.index = index;
        this.partition = partition;
        this.chains = chains;
        this.history = history;
    }

    /**
     * Does it.
     *
     * @param state the partition's state, which is the end of the topic
     * @param tail the last records of the topic, perhaps without what salts and payloads commit to
     * @return number of records read
     */
    public long run(PartitionState state, List<SpecificRecord> tail) {
        Duration window = chains.values().stream()
                .map(chain -> chain.policies().window())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        if (window.isZero()) {
            return 0;
        }
        LastRecord last = state.last();
        Instant start = state.clock().now().minus(window);
        after = index.open().filter(mark -> mark.pseq() <= last.pseq());
        if (after.filter(mark -> mark.record().equals(last.toString())).isPresent()) {
            return 0;
        }
        if (!follow(last, start, tail)) {
            index.clear();
            after = Optional.empty();
            contradicted = false;
            if (holdsAll(tail)) {
                tail.forEach(this::apply);
            } else {
                history.read(partition, start, last.pseq(), new Reader());
            }
        }
        index.prepared(last);
        index.committed();
        return applied;
    }

    /** Whether the topic holds the index's last record, and what follows it was read. */
    private boolean follow(LastRecord last, Instant start, List<SpecificRecord> tail) {
        if (after.isEmpty() || after.get().recorded().isBefore(start)) {
            return false;
        }
        if (!tail.isEmpty() && EntriesRecords.pseq(tail.get(0)) <= after.get().pseq()) {
            tail.forEach(this::apply);
        } else {
            history.read(partition, after.get().recorded(), last.pseq(), new Reader());
        }
        return after.isEmpty() && !contradicted;
    }

    private static boolean holdsAll(List<SpecificRecord> tail) {
        return !tail.isEmpty() && EntriesRecords.pseq(tail.get(0)) == 0;
    }

    /** The index knows of a hole before anything behind it is written: a crash must not leave an index that seems whole. */
    private final class Reader implements History.Reader {
        @Override
        public void leftOutBefore(Instant start) {
            index.cutAt(start);
        }

        @Override
        public void take(SpecificRecord record) {
            apply(record);
        }
    }

    private void apply(SpecificRecord record) {
        if (contradicted || (after.isPresent() && isCovered(record, after.get()))) {
            return;
        }
        applied++;
        if (record instanceof LedgerEntry envelope) {
            remember(envelope);
        }
        if (applied % RECORDS_A_WRITE == 0) {
            index.prepared(EntriesRecords.identity(record));
        }
    }

    /** Records up to the watermark, which must be there as the index knows it. */
    private boolean isCovered(SpecificRecord record, Watermark mark) {
        long pseq = EntriesRecords.pseq(record);
        if (pseq < mark.pseq()) {
            return true;
        }
        contradicted = pseq != mark.pseq()
                || !EntriesRecords.identity(record).toString().equals(mark.record());
        after = Optional.empty();
        return true;
    }

    private void remember(LedgerEntry envelope) {
        ChainState chain = chains.get(envelope.getChain());
        TenantPolicies policies = chain.policies();
        if (policies.window().isZero()) {
            return;
        }
        Entry entry = EntriesRecords.entry(envelope);
        if (!(entry.body() instanceof Event event) || event.duplicateOf().isPresent() || isDerived(entry, event)) {
            return;
        }
        Identity identity = Identity.of(envelope.getChain(), event.producer(), event.id());
        if (index.find(envelope.getChain(), identity, policies, entry.recorded())
                .isEmpty()) {
            Seen seen = new Seen(
                    entry.seq(),
                    entry.recorded(),
                    salt(envelope.getSalt()),
                    event.payload().commit());
            index.remember(new Kept(envelope.getChain(), identity, seen, policies));
        }
    }

    private static boolean isDerived(Entry entry, Event event) {
        return Identity.isDerived(
                event.producer(),
                event.id(),
                entry.chain().partition(),
                event.source().next() - 1);
    }

    private static Salt salt(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return Salt.of(bytes);
    }
}
