// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.SourcePosition;
import io.tallystick.chain.sequence.Step;
import io.tallystick.entry.Body;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.entry.Event;
import io.tallystick.entry.Gap;
import io.tallystick.entry.SourceRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Steps of a sequencer without one of its rules, made from those of the real one. */
final class Sabotage {
    private Sabotage() {}

    /** The position after the step, with the leader epoch of before. */
    static Step keepingEpoch(Step step, ChainState before) {
        ChainState state = step.chain().orElseThrow();
        SourcePosition position = new SourcePosition(
                state.source().topicId(), state.source().next(), before.source().leaderEpoch());
        return with(step, step.partition(), moved(state, position), step.entries());
    }

    /** The entry covers {@code [from, next)}, linked as if the sequencer had made it so. */
    static Step covering(Step step, long from) {
        try {
            LedgerEntry envelope = step.entries().get(0);
            Entry entry = EntryCodec.decode(Judge.bytes(envelope.getEntry()));
            Optional<Body> covering = covering(entry.body(), from);
            if (covering.isEmpty()) {
                return step;
            }
            Entry changed = new Entry(entry.chain(), entry.seq(), entry.prev(), entry.recorded(), covering.get());
            return linked(step, envelope, EntryCodec.encode(changed));
        } catch (EntryException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Body> covering(Body body, long from) {
        if (body instanceof Gap gap && gap.from() != from) {
            return Optional.of(new Gap(from, gap.next(), gap.reason()));
        }
        if (body instanceof Event event && event.source().from() != from) {
            return Optional.of(new Event(
                    new SourceRange(from, event.source().next(), event.source().time()),
                    event.id(),
                    event.type(),
                    event.time(),
                    event.producer(),
                    event.payload(),
                    event.context(),
                    event.duplicateOf()));
        }
        return Optional.empty();
    }

    private static Step linked(Step step, LedgerEntry envelope, byte[] bytes) {
        Hash leaf = Rfc6962.leafHash(bytes);
        ChainState state = step.chain().orElseThrow();
        ChainState after = new ChainState(
                state.chain(),
                state.size(),
                leaf,
                state.lastEvent(),
                state.source(),
                state.status(),
                state.lastNotice(),
                state.halt(),
                state.config());
        PartitionState.EntryRef ref = new PartitionState.EntryRef(state.chain().toString(), envelope.getSeq(), leaf);
        PartitionState.LastRecord last = new PartitionState.LastRecord(
                envelope.getPseq(), Optional.of(ref), step.partition().last().recorded());
        PartitionState partition = new PartitionState(
                step.partition().origin(),
                step.partition().clock(),
                last,
                step.partition().chains());
        LedgerEntry changed = LedgerEntry.newBuilder(envelope)
                .setEntry(ByteBuffer.wrap(bytes))
                .build();
        return with(step, partition, after, List.of(changed));
    }

    private static ChainState moved(ChainState state, SourcePosition position) {
        return new ChainState(
                state.chain(),
                state.size(),
                state.last(),
                state.lastEvent(),
                position,
                state.status(),
                state.lastNotice(),
                state.halt(),
                state.config());
    }

    private static Step with(Step step, PartitionState partition, ChainState chain, List<LedgerEntry> entries) {
        return new Step(
                partition,
                Optional.of(chain),
                step.cuts(),
                entries,
                step.notice(),
                step.outcome(),
                step.kept(),
                step.clamped());
    }
}
