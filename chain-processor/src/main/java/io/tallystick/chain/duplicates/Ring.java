// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import io.tallystick.chain.duplicates.IndexCodec.Slot;
import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.chain.sequence.Identity;
import io.tallystick.topic.TenantPolicies;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The identities of one chain in the order they came, first in, first out. They lie in blocks, one a write, so forgetting reads
 * whole blocks from the old end: its cost follows from what is forgotten, not from what is held.
 *
 * <p>An identity that comes again after it was forgotten, but before its block went, gets a second ordinal; the first is noted as
 * superseded, so that the end of its block does not take the second with it.
 */
final class Ring {
    /** How much one write forgets, about: a window made smaller does not hold up the sequencer. */
    private static final int FORGET_MAX = 2 * DuplicateIndex.CONFIRMED_MAX;

    private final String chain;
    private long oldest;
    private long next;
    private TenantPolicies policies = TenantPolicies.DEFAULT;
    private Optional<Head> head = Optional.empty();

    /**
     * The oldest block.
     *
     * @param end ordinal after its last
     * @param last ledger time of its last
     */
    private record Head(long end, Instant last) {}

    /**
     * An identity that was added.
     *
     * @param kept the event
     * @param slot its place
     * @param superseded the ordinal it had before, if that is still held
     */
    record Added(Kept kept, Slot slot, Optional<Long> superseded) {}

    Ring(String chain) {
        this.chain = chain;
    }

    static Ring load(String chain, byte[] stored) {
        Ring ring = new Ring(chain);
        ByteBuffer in = ByteBuffer.wrap(stored);
        ring.oldest = in.getLong();
        ring.next = in.getLong();
        return ring;
    }

    long size() {
        return next - oldest;
    }

    Added add(Kept kept, Optional<Long> superseded) {
        policies = kept.policies();
        return new Added(kept, new Slot(next++, kept.seen()), superseded);
    }

    boolean isForgotten(long ordinal, Instant recorded, TenantPolicies inForce, Instant now) {
        return ordinal < next - inForce.entriesMax() || !recorded.isAfter(now.minus(inForce.window()));
    }

    /**
     * Writes where what was added stands in the ring, and forgets what is too old. The identities themselves were put into the batch
     * before.
     *
     * @param added not empty, in order, all there is up to the last
     * @param now ledger clock
     * @return how many were forgotten
     */
    long write(IndexBatch batch, List<Added> added, Instant now) {
        added.forEach(
                one -> one.superseded().ifPresent(old -> batch.put(IndexCodec.supersededKey(chain, old), new byte[0])));
        Slot first = added.get(0).slot();
        Slot last = added.get(added.size() - 1).slot();
        List<Identity> identities =
                added.stream().map(one -> one.kept().identity()).toList();
        batch.put(
                IndexCodec.blockKey(chain, first.ordinal()),
                IndexCodec.block(last.seen().recorded(), identities));
        long before = oldest;
        Set<Long> superseded =
                added.stream().flatMap(one -> one.superseded().stream()).collect(Collectors.toSet());
        forget(batch, superseded, last.ordinal() + 1, now);
        batch.put(IndexCodec.chainKey(chain), IndexCodec.longs(oldest, last.ordinal() + 1));
        return oldest - before;
    }

    private void forget(IndexBatch batch, Set<Long> superseded, long end, Instant now) {
        long stop = oldest + FORGET_MAX;
        while (oldest < stop
                && head(batch).filter(block -> isOut(block, end, now)).isPresent()) {
            byte[] block = batch.stored(IndexCodec.blockKey(chain, oldest));
            for (int i = 0; i < IndexCodec.blockSize(block); i++) {
                forget(batch, superseded, oldest + i, IndexCodec.blockIdentity(block, i));
            }
            batch.delete(IndexCodec.blockKey(chain, oldest));
            oldest = head.get().end();
            head = Optional.empty();
        }
    }

    private void forget(IndexBatch batch, Set<Long> superseded, long ordinal, Identity identity) {
        byte[] key = IndexCodec.supersededKey(chain, ordinal);
        if (superseded.contains(ordinal) || batch.isStored(key)) {
            batch.delete(key);
        } else {
            batch.delete(IndexCodec.identityKey(identity));
        }
    }

    private Optional<Head> head(IndexBatch batch) {
        if (head.isEmpty()) {
            head = Optional.ofNullable(batch.stored(IndexCodec.blockKey(chain, oldest)))
                    .map(block -> new Head(oldest + IndexCodec.blockSize(block), IndexCodec.blockLast(block)));
        }
        return head;
    }

    private boolean isOut(Head block, long end, Instant now) {
        return block.end() <= end - policies.entriesMax() || !block.last().isAfter(now.minus(policies.window()));
    }
}
