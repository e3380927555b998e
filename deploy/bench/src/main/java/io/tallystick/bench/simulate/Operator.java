// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.bench.simulate.IngestLog.Parcel;
import java.util.List;

/**
 * Who changes descriptors and lets halted chains go on. Commands are tried until they are acknowledged, so they may take effect
 * more than once.
 */
final class Operator {
    private final World world;
    private final Sender sender;

    Operator(World world) {
        this.world = world;
        this.sender = new Sender(world, "operator");
    }

    /** {@code tally tenant rebind}: the chain is to record the topic that has the name now. */
    void rebind(Source source) {
        if (source.log().isEmpty() || source.isBound()) {
            return;
        }
        String oldId = source.expectedId();
        String newId = source.latest().topicId();
        world.trace.say("operator", () -> "rebinds " + source + " to " + newId);
        source.bound.add(newId);
        tell(source);
        tellSequencer(source, oldId, newId);
    }

    /** What an operator does whom the alerts tell that the sequencer still has an older topic. */
    void rebindAgain(Source source) {
        world.sequencer
                .committed(source)
                .map(state -> state.source().topicId())
                .filter(id -> !id.equals(source.expectedId()))
                .ifPresent(id -> tellSequencer(source, id, source.expectedId()));
    }

    /** From now on the marks of this source's chain are looked at now and then, and cleared. */
    void clearHalts(Source source) {
        source.haltsAreCleared = true;
        world.time.in(world.chance.between(2_000, 20_000), () -> {
            world.sequencer.mark(source).ifPresent(mark -> {
                world.trace.say("operator", () -> "clears " + mark);
                sender.send(
                        new Parcel(mark.getChain(), Messages.clearing(mark), world.time.now(), world.time.now()),
                        acknowledged -> {});
            });
            clearHalts(source);
        });
    }

    void suspend(Source source, long forMs) {
        if (!source.suspended) {
            source.suspended = true;
            world.watch.disturbed(source);
            tell(source);
            world.time.in(forMs, () -> resume(source));
        }
    }

    void resume(Source source) {
        if (source.suspended) {
            source.suspended = false;
            world.watch.disturbed(source);
            tell(source);
        }
    }

    private void tell(Source source) {
        for (Session session : List.copyOf(world.sessions)) {
            session.postIn(world.chance.between(10, 3_000), () -> session.described(source));
        }
    }

    private void tellSequencer(Source source, String oldId, String newId) {
        Parcel parcel = new Parcel(
                source.chain.toString(), Messages.rebind(source, oldId, newId), world.time.now(), world.time.now());
        sender.send(parcel, acknowledged -> {
            if (!acknowledged) {
                world.time.in(world.chance.between(100, 3_000), () -> tellSequencer(source, oldId, newId));
            }
        });
    }
}
